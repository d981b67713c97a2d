using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using RlsChat.Api.Auth;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.OpenApi;

namespace RlsChat.Api.Endpoints;

/// <summary>Operators who help: they read, for a while, what a person can read.</summary>
internal static class Impersonations
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/impersonations", Open).WithName("impersonations.open")
        .WithSummary("Lets an operator read for 15 minutes what a person can read. The person finds it in their audit.")
        .Raises("forbidden", "not_found");

    /// <summary>Whom to impersonate, and why.</summary>
    /// <param name="UserId">The person; nobody who can impersonate.</param>
    /// <param name="Reason">What the person reads in their audit.</param>
    internal sealed record NewImpersonation(
        [Required(ErrorMessage = "must be the id of a person")] Guid? UserId, [Required, Name(255)] string? Reason) : IInput;

    /// <summary>An access token of the person that only reads: requests that write are refused, and live events are not sent.</summary>
    /// <param name="AccessToken">Goes into the Authorization header. It ends with the operator's own session, too.</param>
    /// <param name="ExpiresIn">Its lifetime in seconds. It cannot be refreshed.</param>
    internal sealed record Impersonation(string AccessToken, int ExpiresIn);

    private static async Task<Ok<Impersonation>> Open(NewImpersonation wanted, UserDb db, AccessTokens tokens)
    {
        var secret = Secret.New();
        await db.QuerySingleOrDefault<DateTime>("select auth.impersonate($1, $2, $3)", wanted.UserId, wanted.Reason, Secret.Digest(secret));
        return TypedResults.Ok(new Impersonation(
            tokens.Issue(wanted.UserId!.Value, secret, db.CallerId), (int)AccessTokens.Lifetime.TotalSeconds));
    }
}
