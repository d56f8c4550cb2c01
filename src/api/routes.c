/* Every call of the API, in one table. */
#include "api/app.h"

#define RESPONSES "/v1/surveys/{survey}/responses"
/* What [access] read = open opens; SCOPE_READ alone is what people wrote, and opened by read = everything only. */
#define READ_FIGURES (SCOPE_READ | ACCESS_FIGURES)
#define INVITATIONS "/v1/surveys/{survey}/invitations"

const struct http_route API_ROUTES[] = {
    {HTTP_POST, RESPONSES, api_response_post, SCOPE_WRITE,
     HTTP_OPEN | HTTP_INGEST | HTTP_CORS | HTTP_RATED | HTTP_LOOSE_QUERY},
    {HTTP_PUT, RESPONSES "/{id}", api_response_put, SCOPE_WRITE,
     HTTP_OPEN | HTTP_INGEST | HTTP_CORS | HTTP_RATED | HTTP_LOOSE_QUERY},
    {HTTP_POST, "/v1/surveys/{survey}/events", api_event_post, SCOPE_WRITE,
     HTTP_OPEN | HTTP_INGEST | HTTP_CORS | HTTP_RATED | HTTP_LOOSE_QUERY},
    {HTTP_GET, RESPONSES, api_responses_get, SCOPE_READ, HTTP_POOLED | HTTP_QUERY},
    {HTTP_GET, RESPONSES "/{id}", api_response_get, SCOPE_READ, HTTP_POOLED},
    {HTTP_GET, "/v1/surveys/{survey}/comments", api_comments_get, SCOPE_READ, HTTP_POOLED | HTTP_QUERY},
    {HTTP_GET, "/v1/surveys/{survey}/comments/terms", api_terms_get, SCOPE_READ, HTTP_POOLED | HTTP_QUERY},
    {HTTP_PATCH, RESPONSES, api_responses_patch, SCOPE_WRITE, HTTP_QUERY},
    {HTTP_PATCH, RESPONSES "/{id}", api_response_patch, SCOPE_WRITE, 0},
    {HTTP_GET, "/v1/respondents/{respondent}", api_respondent_get, SCOPE_EXPORT, HTTP_POOLED | HTTP_QUERY},
    {HTTP_DELETE, "/v1/respondents/{respondent}", api_respondent_delete, SCOPE_ERASE, HTTP_QUERY},
    {HTTP_GET, "/v1/surveys/{survey}/form", api_form_get, SCOPE_WRITE,
     HTTP_OPEN | HTTP_CORS | HTTP_POOLED_PUBLIC | HTTP_LOOSE_QUERY | HTTP_RATED_QUERY},
    {HTTP_POST, "/v1/responses", api_batch_post, SCOPE_WRITE,
     HTTP_INGEST | HTTP_BATCH | HTTP_POOLED | HTTP_LOOSE_QUERY},
    {HTTP_GET, "/v1/surveys/{survey}/score", api_score_get, READ_FIGURES, HTTP_POOLED | HTTP_QUERY},
    {HTTP_GET, "/v1/surveys/{survey}/trend", api_trend_get, READ_FIGURES, HTTP_POOLED | HTTP_QUERY},
    {HTTP_GET, "/v1/surveys/{survey}/plan", api_plan_get, READ_FIGURES, HTTP_POOLED | HTTP_QUERY},
    {HTTP_GET, "/v1/score", api_pooled_score_get, READ_FIGURES, HTTP_POOLED | HTTP_QUERY},
    {HTTP_GET, "/v1/surveys/{survey}/segments", api_segments_get, READ_FIGURES, HTTP_POOLED | HTTP_QUERY},
    {HTTP_GET, "/v1/surveys/{survey}/movement", api_movement_get, SCOPE_READ, HTTP_POOLED | HTTP_QUERY},
    {HTTP_GET, "/v1/scores", api_scores_get, READ_FIGURES, HTTP_POOLED | HTTP_QUERY},
    {HTTP_GET, "/v1/surveys", api_surveys_get, READ_FIGURES, HTTP_POOLED | HTTP_QUERY},
    {HTTP_GET, "/v1/surveys/{survey}", api_survey_get, READ_FIGURES, 0},
    {HTTP_PUT, "/v1/surveys/{survey}", api_survey_put, SCOPE_ADMIN, 0},
    {HTTP_DELETE, "/v1/surveys/{survey}", api_survey_delete, SCOPE_ADMIN, 0},
    {HTTP_GET, "/v1/journeys", api_journeys_get, READ_FIGURES, HTTP_POOLED | HTTP_QUERY},
    {HTTP_GET, "/v1/journeys/{journey}", api_journey_get, READ_FIGURES, HTTP_POOLED},
    {HTTP_PUT, "/v1/journeys/{journey}", api_journey_put, SCOPE_ADMIN, 0},
    {HTTP_DELETE, "/v1/journeys/{journey}", api_journey_delete, SCOPE_ADMIN, 0},
    {HTTP_GET, "/v1/journeys/{journey}/score", api_journey_score_get, READ_FIGURES, HTTP_POOLED | HTTP_QUERY},
    {HTTP_GET, "/v1/alerts", api_alerts_get, READ_FIGURES, HTTP_POOLED},
    {HTTP_GET, "/v1/alerts/{name}", api_alert_get, READ_FIGURES, HTTP_POOLED},
    {HTTP_PUT, "/v1/alerts/{name}", api_alert_put, SCOPE_ADMIN, HTTP_POOLED},
    {HTTP_DELETE, "/v1/alerts/{name}", api_alert_delete, SCOPE_ADMIN, HTTP_POOLED},
    {HTTP_POST, "/v1/alerts/{name}/acknowledge", api_alert_acknowledge, SCOPE_WRITE, HTTP_POOLED},
    {HTTP_GET, "/v1/alerts/{name}/history", api_alert_history_get, SCOPE_READ, HTTP_POOLED | HTTP_QUERY},
    {HTTP_GET, "/v1/keys", api_keys_get, SCOPE_ADMIN, HTTP_POOLED | HTTP_QUERY},
    {HTTP_POST, "/v1/keys", api_key_post, SCOPE_ADMIN, 0},
    {HTTP_DELETE, "/v1/keys/{id}", api_key_delete, SCOPE_ADMIN, 0},
    {HTTP_POST, INVITATIONS, api_invitations_post, SCOPE_WRITE, HTTP_BATCH | HTTP_POOLED | HTTP_QUERY},
    {HTTP_GET, "/v1/signing-keys", api_signing_keys_get, SCOPE_ADMIN, 0},
    {HTTP_POST, "/v1/signing-keys", api_signing_key_post, SCOPE_ADMIN, HTTP_BODILESS},
    {HTTP_POST, "/v1/retention/resume", api_retention_resume, SCOPE_ADMIN, HTTP_BODILESS},
    {HTTP_GET, "/v1/audit", api_audit_get, SCOPE_ADMIN, HTTP_POOLED | HTTP_QUERY},
    {HTTP_GET, "/v1/status", api_status_get, READ_FIGURES, 0},
    {HTTP_GET, "/healthz", api_healthz_get, 0, HTTP_QUERY},
    {HTTP_GET, "/readyz", api_readyz_get, 0, HTTP_QUERY},
};

const size_t API_ROUTE_COUNT = CXD_COUNT(API_ROUTES);
