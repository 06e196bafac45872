/** What a drawn chart can do for the page around it. */
export interface ChartHandle {
  /** The picture as it stands, as the text of an SVG file. */
  readonly svg: () => string;
  /** The picture as a PNG, two pixels to one of the page. */
  readonly png: () => string;
}
