/** What a chart offers to the component around it. */
export interface ChartHandle {
  /** The chart as the text of an SVG file. */
  readonly svg: () => string;
  /** The chart as the data URL of a PNG file, at twice the resolution of the page. */
  readonly png: () => string;
}
