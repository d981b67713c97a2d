using Microsoft.AspNetCore.Http.HttpResults;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.OpenApi;

namespace RlsChat.Api;

/// <summary>For whoever keeps the process running: is it alive, and may it be sent requests.</summary>
internal static class Health
{
    internal static readonly Problem NotReady =
        new(503, "not_ready", "The database cannot be reached or is not safe to serve from; the log says why.")
        { RetryAfter = 5 };

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => TypedResults.Ok(new State("live"))).WithName("health.live").DisableRateLimiting()
            .WithSummary("Says whether the process is alive.")
            .AllowAnonymous();
        routes.MapGet("/health/ready", Ready).WithName("health.ready").DisableRateLimiting()
            .WithSummary("Says whether the process may be sent requests.")
            .AllowAnonymous().Raises("not_ready");
    }

    /// <summary>How the process is.</summary>
    /// <param name="Status"><c>live</c> or <c>ready</c>.</param>
    internal sealed record State(string Status);

    private static async Task<Results<Ok<State>, Refusal>> Ready(BootGuard guard, CancellationToken stop) =>
        await guard.IsReady(stop) ? TypedResults.Ok(new State("ready")) : NotReady.Refuse();
}
