import { Loading, Skeleton } from "@countersign/pages";

/** The place of a board that is on its way. */
export function LoadingBoard() {
  return (
    <Loading className="board">
      {["todo", "doing", "done"].map((column) => (
        <div className="board__column" key={column}>
          <Skeleton width="40%" />
          <Skeleton shape="control" />
          <Skeleton shape="control" />
        </div>
      ))}
    </Loading>
  );
}
