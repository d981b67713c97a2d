using Microsoft.AspNetCore.Http.HttpResults;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.OpenApi;

namespace RlsChat.Api.Endpoints;

/// <summary>For process supervisors and load balancers: is the process alive, and can it take requests.</summary>
internal static class Health
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => TypedResults.Ok(new HealthState("live"))).WithName("health.live").DisableRateLimiting()
            .WithSummary("Tells whether the process is alive.")
            .AllowAnonymous();
        routes.MapGet("/health/ready", Ready).WithName("health.ready").DisableRateLimiting()
            .WithSummary("Tells whether the process can take requests.")
            .AllowAnonymous().Raises("not_ready");
    }

    /// <summary>The state of the process.</summary>
    /// <param name="Status"><c>live</c> or <c>ready</c>.</param>
    internal sealed record HealthState(string Status);

    private static async Task<Results<Ok<HealthState>, Refusal>> Ready(BootGuard guard, CancellationToken stop) =>
        await guard.IsReady(stop) ? TypedResults.Ok(new HealthState("ready")) : Problems.NotReady.Refuse();
}
