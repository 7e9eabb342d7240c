import { useRef, useState } from "react";

import { readErrorData } from "@countersign/client";
import type { SessionListItem } from "@countersign/contract";
import { useFreshness } from "@countersign/react";

import { describeCallError } from "../form/describe-call-error.ts";
import { Badge } from "../primitives/badge.tsx";
import { Button } from "../primitives/button.tsx";
import { ConfirmInPlace } from "../primitives/confirm-in-place.tsx";
import { Icon } from "../primitives/icon.tsx";
import { Notice } from "../primitives/notice.tsx";
import { Loading, Skeleton } from "../primitives/skeleton.tsx";
import { usePages } from "../provider/pages-context.ts";
import { useStepUp } from "../step-up/step-up-provider.tsx";

import { describeDevice, type Device } from "./describe-device.ts";
import { SessionFacts } from "./session-facts.tsx";
import { useAccount } from "./use-account.ts";
import { useSessionList, type SessionListState } from "./use-session-list.ts";

/** "Where you are signed in": every session of the user, each to be ended alone or all others at once. */
export function SessionList() {
  const { messages, locale } = usePages();
  const texts = messages.sessions;
  const list = useSessionList();
  const title = useRef<HTMLHeadingElement>(null);
  const [news, setNews] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const others = list.sessions.filter((session) => !session.isCurrent);

  /** Says how it went, and takes the focus to the heading when the button that had it is gone. */
  async function act(work: () => Promise<string>) {
    setNews(null);
    setFailure(null);
    try {
      setNews(await work());
      title.current?.focus();
    } catch (error) {
      setFailure(error);
    }
  }

  return (
    <section className="cs-section" aria-labelledby="cs-sessions">
      <div className="cs-section__head">
        <h2 className="cs-section__title" id="cs-sessions" ref={title} tabIndex={-1}>
          {texts.title}
        </h2>
        {others.length > 0 && (
          <ConfirmInPlace
            action={texts.endOthers}
            question={texts.endOthersQuestion(others.length)}
            confirm={texts.endOthersConfirm}
            confirming={texts.ending}
            onConfirm={() => act(async () => texts.endedOthers(await list.endOthers()))}
          />
        )}
      </div>
      <p className="cs-section__lead">{others.length === 0 && list.status === "ready" ? texts.onlyThis : texts.lead}</p>
      {failure !== null && <Notice tone="danger">{describeCallError(failure, messages, locale)}</Notice>}
      <p className="cs-visually-hidden" role="status">
        {news}
      </p>
      <SessionRows list={list} end={(session, device) => act(() => endOne(session, device))} />
      <div className="cs-section__foot">
        <ConfirmInPlace
          action={texts.endAll}
          question={texts.endAllQuestion}
          confirm={texts.endAllConfirm}
          confirming={texts.ending}
          onConfirm={endAll}
        />
      </div>
    </section>
  );

  async function endAll() {
    setNews(null);
    try {
      await list.endAll();
    } catch (error) {
      setFailure(error);
    }
  }

  async function endOne(session: SessionListItem, device: Device) {
    await list.end(session.id);
    return texts.ended(device.name);
  }
}

interface SessionRowsProps {
  readonly list: SessionListState;
  readonly end: (session: SessionListItem, device: Device) => Promise<void>;
}

function SessionRows({ list, end }: SessionRowsProps) {
  const { messages } = usePages();
  const { isFresh, freshUntil } = useFreshness();
  // What was read while the session was fresh is not shown when it is not fresh any more.
  if (freshUntil !== null && !isFresh) return <StaleRows list={list} />;
  if (list.status === "loading") return <LoadingRows />;
  if (list.status === "error" && readErrorData(list.error)?.reason === "REAUTH") return <StaleRows list={list} />;
  if (list.status === "error") return <FailedRows list={list} />;

  return (
    <ul className="cs-list">
      {list.sessions.map((session) => {
        const device = describeDevice(session.userAgent, messages.device);
        return <SessionRow key={session.id} session={session} device={device} end={() => end(session, device)} />;
      })}
    </ul>
  );
}

function LoadingRows() {
  return (
    <Loading className="cs-list">
      {["60%", "45%"].map((width) => (
        <div className="cs-row" key={width}>
          <span className="cs-row__main">
            <Skeleton width="12rem" />
            <Skeleton width={width} />
          </span>
        </div>
      ))}
    </Loading>
  );
}

/** Where one is signed in is shown to who has confirmed their password recently: they are asked when they want to see it. */
function StaleRows({ list }: { readonly list: SessionListState }) {
  const { messages } = usePages();
  const ask = useStepUp();
  const hasPassword = useAccount().profile?.hasPassword ?? true;

  async function confirm() {
    if (await ask()) list.retry();
  }

  return (
    <Notice
      action={
        <Button size="small" onClick={() => void confirm()}>
          {messages.freshness.confirm}
        </Button>
      }
    >
      {hasPassword ? messages.sessions.stale : messages.sessions.staleWithoutPassword}
    </Notice>
  );
}

function FailedRows({ list }: { readonly list: SessionListState }) {
  const { messages, locale } = usePages();
  return (
    <Notice
      tone="danger"
      action={
        <Button size="small" onClick={list.retry}>
          {messages.common.retry}
        </Button>
      }
    >
      {messages.sessions.failed} {describeCallError(list.error, messages, locale)}
    </Notice>
  );
}

interface SessionRowProps {
  readonly session: SessionListItem;
  readonly device: Device;
  readonly end: () => Promise<void>;
}

function SessionRow({ session, device, end }: SessionRowProps) {
  const { messages } = usePages();
  const texts = messages.sessions;

  return (
    <li className="cs-row">
      <Icon name={device.kind} className="cs-row__icon" />
      <div className="cs-row__main">
        <span className="cs-row__title" title={session.userAgent ?? undefined}>
          <bdi>{device.name}</bdi>
          {session.isCurrent && <Badge tone="accent">{texts.current}</Badge>}
        </span>
        <SessionFacts session={session} />
      </div>
      {!session.isCurrent && (
        <ConfirmInPlace
          action={texts.end}
          label={texts.endLabel(device.name)}
          question={texts.endQuestion(device.name)}
          confirm={texts.end}
          confirming={texts.ending}
          onConfirm={end}
        />
      )}
    </li>
  );
}
