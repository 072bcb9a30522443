import jpeg from 'jpeg-js';
import QRCode from 'qrcode';
import { qrCode } from './qr.js';

const TEXT = 'https://orbitrunner.smart.link/abc';
const MODULES = QRCode.create(TEXT, { errorCorrectionLevel: 'M' }).modules;
const SIDE = MODULES.size + 8;

const pngWidth = (image: Buffer | string): number => (image as Buffer).readUInt32BE(16);
const svgWidth = (image: Buffer | string): number => Number(/width="(\d+)"/.exec(String(image))?.[1]);
const jpegOf = (image: Buffer | string) => jpeg.decode(image as Buffer);

it('knows the smallest, multipliers and pixels', async () => {
  const png = async (size: number) => pngWidth((await qrCode(TEXT, 'png', size)).image);
  expect([await png(0), await png(-1), await png(-7), await png(300)]).toEqual([SIDE, SIDE, SIDE * 7, 300]);
  const jpg = async (size: number) => jpegOf((await qrCode(TEXT, 'jpg', size)).image).width;
  expect([await jpg(0), await jpg(-3)]).toEqual([SIDE, SIDE * 3]);
  expect(Math.abs((await jpg(300)) - 300)).toBeLessThan(SIDE);
});

it('knows multipliers alone for svg', async () => {
  const svg = async (size: number) => svgWidth((await qrCode(TEXT, 'svg', size)).image);
  expect([await svg(0), await svg(-2), await svg(256)]).toEqual([SIDE, SIDE * 2, SIDE]);
});

it('draws the code, module for module', async () => {
  const { data, width } = jpegOf((await qrCode(TEXT, 'jpg', -8)).image);
  const isDark = (row: number, column: number): boolean =>
    (data[((row * 8 + 4) * width + column * 8 + 4) * 4] ?? 255) < 128;
  const cells = [...MODULES.data.keys()].map((at) => [Math.floor(at / MODULES.size), at % MODULES.size] as const);
  expect(cells.filter(([row, column]) => isDark(row + 4, column + 4) !== (MODULES.get(row, column) === 1))).toEqual([]);
  expect(isDark(1, 1)).toBe(false);
});

it('refuses other formats, and sizes past reason', async () => {
  await expect(qrCode(TEXT, 'gif', 0)).rejects.toThrow('format');
  await expect(qrCode(TEXT, 'png', -2000)).rejects.toThrow('size');
  await expect(qrCode(TEXT, 'png', 100_000)).rejects.toThrow('size');
  await expect(qrCode(TEXT, 'jpg', 100_000)).rejects.toThrow('size');
});
