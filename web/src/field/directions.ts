/** A way to hand a place to a map app. */
export interface MapLink {
  app: "amap" | "baidu" | "phoneMap";
  href: string;
}

/** Gives links that open a place in map apps. lon and lat are WGS 84 degrees: each link says so, and the app moves them to its own datum. `platform` is the browser's word for where it runs. */
export function mapLinks(lon: number, lat: number, name: string, platform: string): MapLink[] {
  const [x, y, n] = [lon.toFixed(6), lat.toFixed(6), encodeURIComponent(name)];
  const links: MapLink[] = [
    { app: "amap", href: `https://uri.amap.com/marker?position=${x},${y}&name=${n}&coordinate=wgs84&src=gridpatrol&callnative=1` },
    { app: "baidu", href: `https://api.map.baidu.com/marker?location=${y},${x}&title=${n}&content=${n}&coord_type=wgs84&output=html&src=gridpatrol` },
  ];
  if (/android/i.test(platform)) links.unshift({ app: "phoneMap", href: `geo:${y},${x}?q=${y},${x}(${n})` });
  if (/iphone|ipad|macintosh/i.test(platform)) links.push({ app: "phoneMap", href: `https://maps.apple.com/?ll=${y},${x}&q=${n}` });
  return links;
}
