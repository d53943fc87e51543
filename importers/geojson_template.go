package importers

// featureTemplate is the text of a feature without its values. The features of
// a file mostly differ in values alone: what stands between these is compared
// as a whole then, instead of being read name by name. A feature that does not fit
// is read the long way, so a template changes nothing but the time it takes.
type featureTemplate struct {
	steps []templateStep
	tail  string
	kind  string // of the geometry
}

// templateStep is a piece of text, and what follows it.
type templateStep struct {
	text string
	slot int // the column of a property, or one of those below
}

const (
	slotID    = -1
	slotShape = -2 // coordinates
)

// templateBytes is how long the text of a template may be.
const templateBytes = 8 << 10

// learnTemplate makes a template of a feature that was read without a fault.
// column gives the column of a property. It is nil where the feature has
// something of which the next one need not have the same.
func learnTemplate(text []byte, column func(raw []byte, escaped bool) int) *featureTemplate {
	l := templateLearner{jsonScan: jsonScan{b: text, depth: 32}, column: column, seen: map[int]bool{}}
	if text[0] != '{' || !l.feature() || l.at >= len(text) || len(text)-l.at > templateBytes {
		return nil
	}
	l.t.tail = string(text[l.at:])
	return &l.t
}

type templateLearner struct {
	jsonScan
	t      featureTemplate
	at     int // where the piece of text begins
	bytes  int
	seen   map[int]bool
	column func(raw []byte, escaped bool) int
}

// slot ends a piece of text before the value that stands at the scan's place.
func (l *templateLearner) slot(slot int) bool {
	l.bytes += l.i - l.at
	if c := l.b[l.i]; l.seen[slot] || l.bytes > templateBytes || slot != slotShape && (c == '{' || c == '[') {
		return false
	}
	l.seen[slot] = true
	l.t.steps = append(l.t.steps, templateStep{string(l.b[l.at:l.i]), slot})
	err := l.skip()
	l.at = l.i
	return err == nil
}

func (l *templateLearner) feature() bool {
	for first := true; ; first = false {
		name, _, done, err := l.member(first)
		if err != nil || done {
			return err == nil
		}
		ok := false
		switch string(name) {
		case "type":
			ok = l.skip() == nil
		case "id":
			ok = l.slot(slotID)
		case "properties":
			ok = l.properties()
		case "geometry":
			ok = l.geometry()
		}
		if !ok {
			return false
		}
	}
}

func (l *templateLearner) properties() bool {
	if l.b[l.i] != '{' {
		return l.skip() == nil
	}
	for first := true; ; first = false {
		name, escaped, done, err := l.member(first)
		if err != nil || done {
			return err == nil
		}
		if i := l.column(name, escaped); i < 0 || !l.slot(i) {
			return false
		}
	}
}

func (l *templateLearner) geometry() bool {
	if l.b[l.i] != '{' {
		return l.skip() == nil
	}
	for first := true; ; first = false {
		name, _, done, err := l.member(first)
		if err != nil || done {
			return err == nil
		}
		switch string(name) {
		case "type":
			raw, _, err := l.text()
			if err != nil {
				return false
			}
			l.t.kind = string(raw)
		case "coordinates":
			if l.t.kind == "" || !l.slot(slotShape) {
				return false
			}
		default:
			return false
		}
	}
}

// literal goes over a piece of text where it stands.
func (s *jsonScan) literal(text string) bool {
	if end := s.i + len(text); end < len(s.b) && string(s.b[s.i:end]) == text {
		s.i = end
		return true
	}
	return false
}

// templates keeps the template that fits the features of a file, and learns
// another when one no longer does.
type templates struct {
	t      *featureTemplate
	misses int
}

// learns tells whether a feature that did not fit should be learned from.
func (k *templates) learns() bool {
	k.misses++
	return k.misses < 16 || k.misses%64 == 0
}
