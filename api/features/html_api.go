package features

import "github.com/gridpatrol/gridpatrol/internal/apidoc"

// apiPage shows the OpenAPI document: every operation with its parameters and
// answers. What the document says is in English.
func (s *Server) apiPage(p *htmlPage, document []byte) error {
	d, err := apidoc.Parse(document)
	if err != nil {
		return err
	}
	p.also("OpenAPI 3.0", formatJSON, openAPIType)
	p.policy = apidoc.Policy
	p.whole, err = d.Page(apidoc.Options{
		Zh: bool(p.tongue), Whole: true, Server: s.url(p.r, ""),
		Links: []apidoc.Link{{Title: "OpenAPI 3.0", Href: p.Formats[0].Href}, {Title: "OGC API", Href: p.to("")}, {Title: "gridpatrol", Href: p.Help}},
	})
	return err
}
