/** A call of a machine whose signature fits. Its nonce is taken in the transaction of what it asks: heard once. */
export interface Heard {
  readonly machine: string;
  readonly nonce: string;
}
