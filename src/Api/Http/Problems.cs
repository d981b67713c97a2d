using System.Globalization;

namespace RlsChat.Api.Http;

/// <summary>The problems that do not come from the database, and how a problem is written.</summary>
internal static class Problems
{
    public static readonly Problem InvalidToken =
        new(401, "invalid_token", "The access token is not valid or has expired.");

    public static readonly Problem SessionEnded =
        new(401, "session_ended", "The session of this access token has ended.");

    public static readonly Problem InvalidCredentials =
        new(401, "invalid_credentials", "The e-mail address or the password is wrong.");

    public static readonly Problem InvalidRefreshToken =
        new(401, "invalid_refresh_token", "The refresh token is not valid, was used before or has expired.");

    public static readonly Problem GitHubDenied =
        new(403, "github_denied", "GitHub was not allowed to say who you are.");

    public static readonly Problem GitHubRefused =
        new(400, "github_refused", "This sign-in belongs to another browser, was used or has expired. Start again.");

    public static readonly Problem GitHubUnavailable =
        new(503, "github_unavailable", "GitHub does not answer. Try again in a moment.") { RetryAfter = 5 };

    public static readonly Problem TooManyStreams =
        new(429, "too_many_streams", "The maximum number of live streams is open.") { RetryAfter = 10 };

    public static readonly Problem TooManyAnswers =
        new(429, "too_many_answers", "The maximum number of answers is being written.") { RetryAfter = 10 };

    public static readonly Problem NotReady =
        new(503, "not_ready", "The database cannot be reached or is not safe to serve from. The log says why.") { RetryAfter = 5 };

    public static readonly Problem Timeout = new(504, "timeout", "This took too long.");

    public static readonly Problem Internal = new(500, "internal_error", "Unexpected error. The log has it under the trace id.");

    public static Problem Invalid(IReadOnlyDictionary<string, string[]> errors) =>
        new(400, "invalid_input", "The request is not well-formed.") { Errors = errors };

    public static Problem Invalid(string field, string error) =>
        Invalid(new Dictionary<string, string[]> { [field] = [error] });

    public static Problem TooManyRequests(TimeSpan wait) =>
        new(429, "too_many_requests", "Too many requests from this address or this person.") { RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) };

    /// <summary>The problem of a status: hidden and absent rows are the same 404.</summary>
    public static Problem Of(int status) => status switch
    {
        400 => new(400, "invalid_input", "The request is not well-formed."),
        401 => new(401, "unauthenticated", "An access token is required."),
        403 => new(403, "forbidden", "You are not allowed to do this."),
        404 => new(404, "not_found", "Not found."),
        405 => new(405, "method_not_allowed", "This path does not take that method."),
        413 => new(413, "too_large", "The body is too large.")
        {
            Errors = new Dictionary<string, string[]> { ["body"] = ["must not be larger than 1 MB"] },
        },
        415 => new(415, "unsupported_media_type", "Send application/json."),
        429 => TooManyRequests(TimeSpan.FromMinutes(1)),
        >= 500 => Internal with { Status = status },
        _ => new(status, "request_failed", "The request cannot be served."),
    };

    /// <summary>Responses are for the caller: caches must not store them.</summary>
    public static void ForOneReader(this HttpResponse response) => response.Headers.CacheControl = "no-store";

    /// <summary>Writes the problem of the response's status.</summary>
    public static Task Write(HttpContext context) => Write(context, Of(context.Response.StatusCode));

    /// <summary>Writes a problem. Every error response is written here.</summary>
    public static Task Write(HttpContext context, Problem problem)
    {
        context.RequestServices.GetRequiredService<Denials>().Take(context, problem);
        var response = context.Response;
        response.StatusCode = problem.Status;
        response.ForOneReader();
        if (problem.Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate =
                problem.Code is "invalid_token" or "session_ended" ? "Bearer error=\"invalid_token\"" : "Bearer";
        }

        if (problem.RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        // Not with the request's token, which a time-out has cancelled.
        return response.WriteAsJsonAsync(
            ProblemBody.Of(problem, context), ApiJson.Options, "application/problem+json", CancellationToken.None);
    }
}
