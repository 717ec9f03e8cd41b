package cn.yichuang.engine;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.util.Map;

/**
 * 409 tells the sender of the start intent that its earlier attempt did arrive, so that it can go on; a lost
 * answer is thereby harmless.
 */
final class DuplicateStartMapper implements ExceptionMapper<DuplicateStartException> {

  @Override
  public Response toResponse(DuplicateStartException e) {
    return Response.status(Response.Status.CONFLICT).type(MediaType.APPLICATION_JSON_TYPE)
        .entity(Map.of("type", "DuplicateStart", "message", e.getMessage())).build();
  }
}
