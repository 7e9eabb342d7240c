/** What a procedure answers that gives a file (`transport: "file"`): it is asked again while the file is on its way. */
export class FileAnswer {
  /** Where the store keeps it. Never sent. */
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly bytes: number;

  constructor(file: { readonly key: string; readonly name: string; readonly type: string; readonly bytes: number }) {
    this.key = file.key;
    this.name = file.name;
    this.type = file.type;
    this.bytes = file.bytes;
  }
}
