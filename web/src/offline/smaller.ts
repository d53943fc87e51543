/** The longest side of a photo that has to be small, and its JPEG quality: about 60 kB. */
const side = 1024;
const quality = 0.5;

/** Makes a photo small where the phone is full or a proxy lets no more through; as it is where this browser cannot, or that would be no gain. */
export async function smaller(photo: Blob): Promise<Blob> {
  try {
    const drawn = await createImageBitmap(photo, { imageOrientation: "from-image" });
    const scale = Math.min(1, side / Math.max(drawn.width, drawn.height, 1));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(drawn.width * scale));
    canvas.height = Math.max(1, Math.round(drawn.height * scale));
    canvas.getContext("2d")?.drawImage(drawn, 0, 0, canvas.width, canvas.height);
    drawn.close();
    const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", quality));
    return made !== null && made.size < photo.size ? made : photo;
  } catch {
    return photo;
  }
}
