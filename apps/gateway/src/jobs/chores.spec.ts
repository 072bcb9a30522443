import { Chores } from './chores.js';

describe('chores', () => {
  it('are done again and again, also after one that failed, until the gateway stops', async () => {
    const told: unknown[] = [];
    const chores = new Chores({ warn: (message, fields) => void told.push([message, fields]) });
    let done = 0;
    const thirdTime = new Promise<void>((third) => {
      const work = async (): Promise<void> => {
        done++;
        if (done === 1) throw new Error('the database is away');
        if (done === 3) {
          chores.onApplicationShutdown();
          third();
        }
      };
      chores.register({ name: 'summaries', everyMs: 1, work });
      chores.onApplicationBootstrap();
    });
    // It keeps no process alive, so something else must here.
    const awake = setInterval(() => undefined, 1_000);
    await thirdTime;
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    clearInterval(awake);
    expect(done).toBe(3);
    expect(told).toEqual([['a chore could not be done', { name: 'summaries', reason: 'Error: the database is away' }]]);
  });
});
