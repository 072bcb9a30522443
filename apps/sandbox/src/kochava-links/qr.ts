import jpeg from 'jpeg-js';
import QRCode from 'qrcode';
import { LinksRefusal } from './refusal.js';

/** Light modules around the code, as the standard asks. */
const MARGIN = 4;
const MOST_PIXELS = 4096;
const JPEG_QUALITY = 90;

/** Pixels for each module. 0: as small as possible; below 0: a multiplier; above: so that the image has that width, or nearly. */
function scaleOf(size: number, modules: number): number {
  if (size > MOST_PIXELS) throw new LinksRefusal(400, 'size is too large');
  const scale = size > 0 ? Math.max(1, Math.floor(size / modules)) : Math.max(1, -size);
  if (scale * modules > MOST_PIXELS) throw new LinksRefusal(400, 'size is too large');
  return scale;
}

function toJpeg(code: QRCode.QRCode, scale: number): Buffer {
  const { size, data } = code.modules;
  const width = (size + 2 * MARGIN) * scale;
  const pixels = Buffer.alloc(width * width * 4, 0xff);
  for (let y = 0; y < size * scale; y++) {
    for (let x = 0; x < size * scale; x++) {
      if (!data[Math.floor(y / scale) * size + Math.floor(x / scale)]) continue;
      const at = ((y + MARGIN * scale) * width + x + MARGIN * scale) * 4;
      pixels.fill(0, at, at + 3);
    }
  }
  return jpeg.encode({ data: pixels, width, height: width }, JPEG_QUALITY).data;
}

/** A link's QR code, black on white. "svg currently only uses scaling multiplier": pixels mean nothing to it. */
export async function qrCode(
  text: string,
  format: string,
  size: number,
): Promise<{ type: string; image: Buffer | string }> {
  const code = QRCode.create(text, { errorCorrectionLevel: 'M' });
  const modules = code.modules.size + 2 * MARGIN;
  // Without PNG's filters: choosing them takes seconds where specs run, and a code of two colours gains little.
  const rendererOpts = { filterType: 0 } as QRCode.QRCodeToBufferOptions['rendererOpts'];
  const options = { errorCorrectionLevel: 'M', margin: MARGIN, rendererOpts } as const;
  switch (format) {
    case 'png': {
      const image = await QRCode.toBuffer(text, {
        ...options,
        scale: scaleOf(size, modules),
        ...(size > 0 && { width: size }),
      });
      return { type: 'image/png', image };
    }
    case 'jpg':
      return { type: 'image/jpeg', image: toJpeg(code, scaleOf(size, modules)) };
    case 'svg': {
      const width = modules * scaleOf(Math.min(size, 0), modules);
      return { type: 'image/svg+xml', image: await QRCode.toString(text, { ...options, type: 'svg', width }) };
    }
    default:
      throw new LinksRefusal(400, 'format must be png, jpg or svg');
  }
}
