/** Whether this gateway still takes requests: health checks tell it to whoever routes traffic here. */
export class Lifecycle {
  draining = false;
}
