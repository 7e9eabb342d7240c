import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from "react";

import { useMessages } from "../provider/pages-context.ts";

import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";

/** News of something that happened out of sight. */
export interface Toast {
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** Shows a toast. For what happens out of sight only: what happens where the person looks is said there. */
export type ShowToast = (toast: Toast) => void;

export function useToast(): ShowToast {
  const show = use(ToastContext);
  if (!show) throw new Error("useToast needs a <PagesProvider> above it.");
  return show;
}

/** Part of `<PagesProvider>`. Styled by the stylesheet alone, so that it lives under a CSP without 'unsafe-inline'. */
export function ToasterProvider({ children }: { readonly children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly ShownToast[]>([]);

  const show = useCallback<ShowToast>((toast) => {
    setToasts((shown) => [...shown.slice(1 - mostToasts), { ...toast, id: crypto.randomUUID() }]);
  }, []);
  const dismiss = useCallback((id: string) => setToasts((shown) => shown.filter((toast) => toast.id !== id)), []);

  return (
    <ToastContext value={show}>
      {children}
      <ToastRegion toasts={toasts} dismiss={dismiss} />
    </ToastContext>
  );
}

interface ShownToast extends Toast {
  readonly id: string;
}

interface ToastRegionProps {
  readonly toasts: readonly ShownToast[];
  readonly dismiss: (id: string) => void;
}

function ToastRegion({ toasts, dismiss }: ToastRegionProps) {
  const messages = useMessages();
  const [isHeld, setIsHeld] = useState(false);
  const hold = useMemo(() => {
    const start = () => setIsHeld(true);
    const stop = () => setIsHeld(false);
    return { onMouseEnter: start, onMouseLeave: stop, onFocus: start, onBlur: stop };
  }, []);

  return (
    <section aria-label={messages.common.notifications} aria-live="polite" {...hold}>
      <ul className="cs-toasts">
        {toasts.map((toast) => (
          <ToastItem key={toast.id} toast={toast} isHeld={isHeld} dismiss={dismiss} />
        ))}
      </ul>
    </section>
  );
}

interface ToastItemProps {
  readonly toast: ShownToast;
  readonly isHeld: boolean;
  readonly dismiss: (id: string) => void;
}

function ToastItem({ toast, isHeld, dismiss }: ToastItemProps) {
  const messages = useMessages();

  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(() => dismiss(toast.id), shownMs);
    return () => clearTimeout(timer);
  }, [isHeld, toast.id, dismiss]);

  function runAction() {
    toast.action?.run();
    dismiss(toast.id);
  }

  return (
    <li className="cs-toast">
      <p>{toast.text}</p>
      {toast.action && (
        <Button size="small" onClick={runAction}>
          {toast.action.label}
        </Button>
      )}
      <button
        type="button"
        className="cs-icon-button"
        aria-label={messages.common.dismiss}
        onClick={() => dismiss(toast.id)}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}

const ToastContext = createContext<ShowToast | null>(null);
const mostToasts = 3;
const shownMs = 7000;
