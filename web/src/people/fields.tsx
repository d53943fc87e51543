import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { listAreas } from "../api/client";
import { nameOf, word } from "../i18n/i18n";
import { Name } from "../ui/name";
import { Skeleton } from "../ui/skeleton";
import type { Asking, Form } from "./asking";
import { Failed } from "./parts";
import { useAsked } from "./state";
import { t, type Key } from "./text";
import { WhomFields } from "./whom";

function Time({ form, of, label, required = false }: { form: Signal<Form>; of: "from" | "to"; label: Key; required?: boolean }): JSX.Element {
  const id = `change-${of}`;
  return (
    <>
      <label class="field-label" for={id}>
        {t(label)}
      </label>
      <input id={id} class="text-field" type="datetime-local" required={required} value={form.value[of]} onInput={(e) => (form.value = { ...form.value, [of]: e.currentTarget.value })} />
    </>
  );
}

function Text({ form, of, label, max, disabled = false }: { form: Signal<Form>; of: "name" | "phone" | "code" | "note"; label: Key; max: number; disabled?: boolean }): JSX.Element {
  const id = `change-${of}`;
  return (
    <>
      <label class="field-label" for={id}>
        {t(label)}
      </label>
      <input id={id} class="text-field" type="text" inputMode={of === "phone" ? "tel" : "text"} maxLength={max} autocomplete="off" disabled={disabled} value={form.value[of]} onInput={(e) => (form.value = { ...form.value, [of]: e.currentTarget.value })} />
    </>
  );
}

/** The groups that a committee or branch serves. */
function Groups({ village, form }: { village: string; form: Signal<Form> }): JSX.Element {
  const { value, trouble } = useAsked(`groups ${village}`, (stop) => listAreas("village_group", village, stop));
  const chosen = form.value.groups;
  const flip = (code: string) => (form.value = { ...form.value, groups: chosen.includes(code) ? chosen.filter((c) => c !== code) : [...chosen, code] });
  return (
    <fieldset class="groups-chosen">
      <legend class="field-label">{t("groupsServed")}</legend>
      {trouble !== null && <Failed trouble={trouble} />}
      {value === null && trouble === null && <Skeleton says={t("loading")} lines="short short" />}
      {value?.map((g) => (
        <label key={g.code}>
          <input type="checkbox" checked={chosen.includes(g.code)} onChange={() => flip(g.code)} />
          <Name of={nameOf(g)} />
        </label>
      ))}
    </fieldset>
  );
}

/** What a change needs to know. */
export function Fields({ about: a, form }: { about: Asking; form: Signal<Form> }): JSX.Element | null {
  switch (a.type) {
    case "appoint":
      return (
        <>
          <WhomFields form={form} />
          <Time form={form} of="from" label="fromWhen" />
          <Text form={form} of="note" label="note" max={200} />
        </>
      );
    case "deputise":
      return (
        <>
          <WhomFields form={form} />
          <Time form={form} of="from" label="fromWhen" />
          <Time form={form} of="to" label="untilWhen" />
        </>
      );
    case "relieve":
    case "end_deputy":
    case "end_leave":
      return <Time form={form} of="from" label="atWhen" />;
    case "leave":
      return (
        <>
          <Time form={form} of="from" label="leaveFrom" required />
          <Time form={form} of="to" label="untilWhen" />
        </>
      );
    case "person":
      return (
        <>
          <Text form={form} of="name" label="name" max={100} />
          <Text form={form} of="phone" label="phone" max={40} />
        </>
      );
    case "add_seat":
      return (
        <fieldset class="people-choice stacked">
          <legend class="field-label">{t("whichPost")}</legend>
          {a.posts.map((post) => (
            <label key={post}>
              <input type="radio" name="post" checked={form.value.post === post} onChange={() => (form.value = { ...form.value, post })} />
              <span>{word(post)}</span>
            </label>
          ))}
        </fieldset>
      );
    case "body":
      return (
        <>
          <Text form={form} of="code" label="code" max={100} disabled={a.body !== null} />
          <Text form={form} of="name" label="bodyName" max={200} />
          <Groups village={a.village.code} form={form} />
        </>
      );
    default:
      return null;
  }
}
