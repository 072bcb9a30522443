/** An answer that is not what the Links API says. Its message is a clause about the answer, and names no value of it. */
export class Unreadable extends Error {}
