import type { ThemeName } from '@fdr/figures';
import { usePreferredDark } from '@vueuse/core';
import { computed, type ComputedRef } from 'vue';

/** The look the visitor's system asks for. */
export function useTheme(): ComputedRef<ThemeName> {
  const dark = usePreferredDark();
  return computed(() => (dark.value ? 'dark' : 'light'));
}
