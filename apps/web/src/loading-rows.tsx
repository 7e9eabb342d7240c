import { Loading, Skeleton } from "@countersign/pages";

/** The place of a list that is on its way. */
export function LoadingRows() {
  return (
    <Loading className="cs-list">
      {["30%", "45%", "25%"].map((width) => (
        <div className="cs-row" key={width}>
          <span className="cs-row__main">
            <Skeleton width={width} />
            <Skeleton width="70%" />
          </span>
        </div>
      ))}
    </Loading>
  );
}
