import type { ComponentType, VNode } from 'preact';
import { useRef } from 'preact/hooks';

const same = (a: object, b: object) => {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.is(Reflect.get(a, key), Reflect.get(b, key)))
  );
};

/** A component that is drawn again only when one of its props is another: a long history stays cheap to add to. */
export function memo<P extends object>(Component: ComponentType<P>) {
  return function Memoised(props: P) {
    const last = useRef<{ props: P; drawn: VNode }>(undefined);
    if (!last.current || !same(last.current.props, props)) last.current = { props, drawn: <Component {...props} /> };
    return last.current.drawn;
  };
}
