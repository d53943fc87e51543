import { t } from "../i18n/i18n";
import { tell } from "../state/store";

/** Reports whether the browser may be asked where it is: it answers pages from a secure origin only. */
export function canLocate(): boolean {
  return isSecureContext && "geolocation" in navigator;
}

/** Asks the device where it is. What went wrong is told to the person; then the answer is null. */
export function ownPosition(): Promise<{ lon: number; lat: number; accuracyM: number } | null> {
  tell(t("locating"));
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        tell("");
        resolve({ lon: coords.longitude, lat: coords.latitude, accuracyM: Math.min(Math.max(coords.accuracy, 1), 100_000) });
      },
      (e) => {
        tell(t(e.code === e.PERMISSION_DENIED ? "positionDenied" : "positionFailed"));
        resolve(null);
      },
      { enableHighAccuracy: true, timeout: 20_000, maximumAge: 10_000 },
    );
  });
}
