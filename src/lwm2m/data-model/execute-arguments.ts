/** Arguments of Execute by digit 0..9; an argument without a value is the empty string. */
export type ExecuteArguments = ReadonlyMap<number, string>;
