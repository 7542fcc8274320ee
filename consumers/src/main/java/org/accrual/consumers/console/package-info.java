/**
 * The web console at {@code /console}: pages, and the same gRPC calls that any client makes, as
 * JSON and as one live stream a page. Nothing here reads a table or decides anything.
 */
@NullMarked
package org.accrual.consumers.console;

import org.jspecify.annotations.NullMarked;
