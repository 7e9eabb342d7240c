import { useState } from "react";

import { ConfirmInPlace, describeCallError, Notice, usePages, useToast } from "@countersign/pages";

import { type Bin, emptyBin } from "./bin.ts";

export interface EmptyBinProps {
  readonly bin: Bin;
  /** How many rows lie in it. */
  readonly count: number;
  readonly texts: {
    readonly emptyBin: string;
    readonly emptyBinQuestion: (count: number) => string;
    readonly purge: string;
    readonly purging: string;
    readonly purgedMany: (count: number) => string;
    readonly notPurged: string;
  };
}

/** Purges all that lies in a bin, when the person has said so twice. */
export function EmptyBin({ bin, count, texts }: EmptyBinProps) {
  const { messages, locale } = usePages();
  const show = useToast();
  const [failure, setFailure] = useState<string | null>(null);

  async function handleConfirm() {
    setFailure(null);
    try {
      show({ text: texts.purgedMany(await emptyBin(bin)) });
    } catch (error) {
      setFailure(`${texts.notPurged} ${describeCallError(error, messages, locale)}`);
    }
  }

  return (
    <>
      <ConfirmInPlace
        action={texts.emptyBin}
        question={texts.emptyBinQuestion(count)}
        confirm={texts.purge}
        confirming={texts.purging}
        onConfirm={handleConfirm}
      />
      {failure !== null && <Notice tone="danger">{failure}</Notice>}
    </>
  );
}
