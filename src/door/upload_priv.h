/* SPDX-License-Identifier: Apache-2.0
 * Private to the uploads of the room door. */
#ifndef YJ_DOOR_UPLOAD_PRIV_H
#define YJ_DOOR_UPLOAD_PRIV_H

#include "door/priv.h"

/* The digest of the first `hashed` bytes, or NULL when it is not in memory; it is the caller's. */
struct sm3_stream *stream_take(struct door *door, int64_t upload, int64_t hashed);
void stream_put(struct door *door, int64_t upload, int64_t hashed, struct sm3_stream *stream,
                int64_t now_ms);
/* The upload of the path, when it is the asker's; false: answered. */
bool own_upload(struct request *r, struct row_upload **out) WARN_UNUSED;

#endif
