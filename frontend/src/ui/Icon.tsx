const PATHS = {
  lock: "M5 7V5a3 3 0 0 1 6 0v2h.5A1.5 1.5 0 0 1 13 8.5v4a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 3 12.5v-4A1.5 1.5 0 0 1 4.5 7H5Zm1.5 0h3V5a1.5 1.5 0 0 0-3 0v2Z",
  open: "M5 7V5a3 3 0 0 1 5.8-1.1l-1.4.6A1.5 1.5 0 0 0 6.500 5v2h5A1.5 1.5 0 0 1 13 8.500v4a1.5 1.5 0 0 1-1.5 1.500h-7A1.5 1.5 0 0 1 3 12.500v-4A1.5 1.500 0 0 1 4.500 7H5Z",
  clock: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Zm0 1.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9Zm.75 1.500v2.700l1.900 1.900-1.060 1.060L7.250 8.300V5h1.500Z",
  cross: "M4.500 3.440 8 6.940l3.500-3.500 1.060 1.060L9.060 8l3.500 3.500-1.060 1.060L8 9.060l-3.500 3.500-1.060-1.060L6.940 8l-3.500-3.500L4.500 3.440Z",
  check: "m6.400 12.300-3.900-3.900 1.060-1.060L6.400 10.180l6.040-6.040 1.060 1.060-7.100 7.100Z",
  warning: "M8 1.800 15 14H1L8 1.800Zm-.75 4.700v3.800h1.500V6.500h-1.500ZM8 11.300a.9.9 0 1 0 0 1.800.9.9 0 0 0 0-1.800Z",
  info: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Zm.75 5.200h-1.500v4h1.500v-4ZM8 4.700a.9.9 0 1 0 0 1.800.9.9 0 0 0 0-1.800Z",
  person: "M8 2.200a2.800 2.800 0 1 1 0 5.600 2.800 2.800 0 0 1 0-5.600ZM3 13.500a5 5 0 0 1 10 0H3Z",
  plus: "M7.250 3h1.500v4.250H13v1.500H8.750V13h-1.500V8.750H3v-1.500h4.250V3Z",
} as const;

export type IconName = keyof typeof PATHS;

/** A glyph in the colour of its text; always decoration. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path fill="currentColor" fill-rule="evenodd" clip-rule="evenodd" d={PATHS[name]} />
    </svg>
  );
}
