package patrol

import (
	"fmt"

	"github.com/gridpatrol/gridpatrol/geo"
)

// ErrStale says that boundaries or duties changed between routing a report and
// writing it: take the current ones and route again. It is a geo.ErrConflict.
var ErrStale = fmt.Errorf("boundaries or duties changed meanwhile: %w", geo.ErrConflict)
