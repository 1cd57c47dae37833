/** Line drawings, 24 by 24, in the colour of the text around them. */
const paths = {
  hash: 'M5 9h15M4 15h15M10 4 8 20M16 4l-2 16',
  forum:
    'M4 5h12a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H9l-4 3v-3H4a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2zM21 9v7a2 2 0 0 1-2 2v3l-4-3h-4',
  megaphone: 'M4 10v4l11 4V6L4 10zM15 9c3 0 3 6 0 6M7 15l1 5h3l-1-4',
  voice: 'M4 10v4h3l5 4V6L7 10H4zM16 9c1.5 1.5 1.5 4.5 0 6M18.5 6.5c3 3 3 8 0 11',
  thread: 'M5 9h14M4 14h9M10 4 8 19M16 4l-1 7M15 15h5M17.5 12.5v5',
  at: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM16 8v5.5a2.5 2.5 0 0 0 5 0V12a9 9 0 1 0-4 7.5',
  members:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.5c2.5.8 3.800 2.800 3.800 5.5',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 21 21',
  plus: 'M12 5v14M5 12h14',
  smile: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 14c1.5 3 5.5 3 7 0M9 9.5v.5M15 9.5v.5',
  send: 'M3 11.5 21 3l-5 18-4-8-9-1.5zM12 13l4-5',
  close: 'M6 6l12 12M18 6 6 18',
  down: 'M6 9l6 6 6-6',
  right: 'M9 6l6 6-6 6',
  back: 'M15 6l-6 6 6 6',
  file: 'M6 3h8l5 5v13H6V3zM14 3v5h5',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  reply: 'M10 6 4 12l6 6M4 12h9c4 0 7 2 7 6',
  edit: 'M4 20l1-4L16 5l3 3L8 19l-4 1zM14 7l3 3',
  trash: 'M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13M10 11v5M14 11v5',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  calendar: 'M4 6h16v14H4V6zM4 10h16M8 3v5M16 3v5',
  check: 'M5 12.5 10 17l9-10',
  slash: 'M5 4h14v16H5V4zM14 7l-4 10',
  role: 'M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6l8-3z',
  menu: 'M4 6h16M4 12h16M4 18h16',
  pin: 'M15 3l6 6-4 1-4 4-.5 4L5 11l4.5-.5 4-4L15 3zM9 15l-5 5',
  gear: 'M10.3 3h3.4l.5 2.6 1.9 1.1 2.5-.9 1.7 2.9-2 1.7v2.2l2 1.7-1.7 2.9-2.5-.9-1.9 1.1-.5 2.6h-3.4l-.5-2.6-1.9-1.1-2.5.9-1.7-2.9 2-1.7v-2.2l-2-1.7 1.7-2.9 2.5.9 1.9-1.1zM12 14.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  link: 'M14 5h5v5M19 5l-8 8M10 6H5v13h13v-5',
  copy: 'M8 8h11v12H8V8zM5 16V4h11',
  eye: 'M2 12c4-7 16-7 20 0-4 7-16 7-20 0zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  join: 'M4 12h13M12 7l5 5-5 5M20 4v16',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2',
  place: 'M12 21c5-6 7-9 7-12a7 7 0 1 0-14 0c0 3 2 6 7 12zM12 11.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  lock: 'M6 11h12v9H6v-9zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  alert: 'M12 4 2.5 20h19L12 4zM12 10v5M12 17.5v.5',
  crown: 'M4 18h16M4 18 3 8l5 4 4-7 4 7 5-4-1 10',
  apps: 'M5 5h5v5H5V5zM14 5h5v5h-5V5zM5 14h5v5H5v-5zM14 14h5v5h-5v-5z',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
