import type { ThemeName } from '@fdr/figures';
import { usePreferredDark } from '@vueuse/core';
import { computed, type ComputedRef } from 'vue';

/** The theme that the visitor's system prefers. It follows changes as long as the calling scope lives. */
export function useTheme(): ComputedRef<ThemeName> {
  const dark = usePreferredDark();
  return computed(() => (dark.value ? 'dark' : 'light'));
}
