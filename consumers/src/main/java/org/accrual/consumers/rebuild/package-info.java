/**
 * Fills new versions of projections beside those that serve and puts them in their place;
 * ProjectionAdminService and the command line ask for it.
 */
@NullMarked
package org.accrual.consumers.rebuild;

import org.jspecify.annotations.NullMarked;
