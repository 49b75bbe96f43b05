// While somebody types a new verification: what the server would say of a number or of the dates of an authorisation is said at once, beside the
// field. The texts are the server's (data-rules); without script the server says them on the next page.
const form = document.querySelector('[data-rules]');
const { today, said } = JSON.parse(form.dataset.rules);

const provinces = '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83'.split(' ');
const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const check = (digits) => '10X98765432'[weights.reduce((sum, weight, place) => sum + weight * digits[place], 0) % 11];
const written = (text) => text.normalize('NFKC').replace(/[\s\p{Cc}\p{Cf}\-_.,'"`·‐-―−]/gu, '').toUpperCase().replace(/[ХΧ×✕╳]/gu, 'X');

// The birth date inside, if the calendar has it.
const born = (number) => {
  const [year, month, day] = [number.slice(6, 10), number.slice(10, 12), number.slice(12, 14)];
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  const real = !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day) && year >= '1850';
  return real ? `${year}-${month}-${day}` : null;
};

// What is wrong with a citizen's number, or what it says (GB 11643).
const read = (text) => {
  let number = written(text);
  const length = [...number].length;
  if (number === '') return null;
  if (!/^[\x20-\x7e]*$/.test(number)) return { wrong: said.id_number_characters };
  if (length !== 18 && length !== 15) return { wrong: said.id_number_length.replace('{}', length) };
  if (!(length === 18 ? /^\d{17}[\dX]$/ : /^\d{15}$/).test(number)) return { wrong: said.id_number_characters };
  if (length === 15) {
    const seventeen = number.slice(0, 6) + (number.slice(12) >= '996' ? '18' : '19') + number.slice(6);
    number = seventeen + check(seventeen);
  }
  if (!provinces.includes(number.slice(0, 2))) return { wrong: said.id_number_region };
  const birth = born(number);
  if (!birth) return { wrong: said.id_number_birth_date };
  if (check(number) !== number[17]) return { wrong: said.id_number_check_character };
  if (birth > today) return { wrong: said.id_number_not_yet_born };
  if (/^8[123]0000/.test(number)) return { wrong: said.id_number_region };
  const [y, mm, dd] = birth.split('-');
  const day = said.day.replace('{y}', y).replace('{mm}', mm).replace('{dd}', dd).replace('{m}', Number(mm)).replace('{d}', Number(dd));
  return { right: said.valid.replace('{birth}', day).replace('{sex}', number[16] % 2 ? said.male : said.female) };
};

const named = (name) => form.elements.namedItem(name);

// A field that is looked at as it is filled in has a line below it that is read out when it changes.
const watch = (field, look, others = []) => {
  const line = document.createElement('p');
  line.className = 'said';
  line.setAttribute('aria-live', 'polite');
  field.after(line);
  const say = () => {
    const told = look();
    line.textContent = told?.wrong ?? told?.right ?? '';
    line.classList.toggle('wrong', Boolean(told?.wrong));
    field.closest('.field').classList.toggle('field-wrong', Boolean(told?.wrong));
    if (told?.wrong) field.setAttribute('aria-invalid', 'true');
    else field.removeAttribute('aria-invalid');
    document.getElementById(`${field.id}-error`)?.remove();
  };
  for (const one of [field, ...others]) one.addEventListener('change', say);
  // A number is judged as soon as it is whole, and while it is mended.
  field.addEventListener('input', () => { if (line.textContent || written(field.value).length >= 18) say(); });
};

for (const field of form.querySelectorAll('input[name$="/id_number"]:not([type=hidden])')) {
  const kind = named(field.name.replace(/id_number$/, 'id_kind'));
  watch(field, () => (kind && kind.value !== 'resident' ? null : read(field.value)), kind ? [kind] : []);
}
for (const until of form.querySelectorAll('input[name$="/valid_until"]:not([type=hidden])')) {
  const signed = named(until.name.replace(/valid_until$/, 'signed_on'));
  watch(signed, () => (signed.value > today ? { wrong: said.future } : null));
  watch(until, () => {
    if (until.value && until.value < today) return { wrong: said.expired };
    return until.value && until.value < signed.value ? { wrong: said.before_signing } : null;
  }, [signed]);
}
