package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/gridpatrol/gridpatrol/postgis"
)

type migrateCmd struct{}

// Run brings the schema up to date.
func (migrateCmd) Run(ctx context.Context, common *Common, out io.Writer) (err error) {
	db, err := common.openDatabase(ctx, common.logger(), lendOrMake)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close(ctx)) }()
	url := common.MigrateURL
	if url == "" {
		url = db.url
	}
	if err := postgis.Migrate(ctx, url); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "the schema is up to date")
	return err
}
