using RlsChat.Api.Data;
using RlsChat.Api.Http;

namespace RlsChat.Api.OpenApi;

/// <summary>Problems of one endpoint, beside those that follow from its parameters and results.</summary>
/// <param name="Codes">Their codes.</param>
internal sealed record RaisedProblems(IReadOnlyList<string> Codes);

/// <summary>Every problem that the API can answer with, by code.</summary>
internal static class ProblemList
{
    public static readonly IReadOnlyDictionary<string, Problem> ByCode =
        ((IEnumerable<Problem>)
        [
            Problems.Of(400), Problems.Of(401), Problems.InvalidToken, Problems.SessionEnded, Problems.InvalidCredentials,
            Problems.InvalidRefreshToken, Problems.Of(403), Problems.Of(404), Problems.Of(405), Problems.Of(413),
            Problems.Of(415), Problems.Of(418), Problems.Of(429), Problems.Internal, Idempotency.Reused,
            Problems.GitHubDenied, Problems.GitHubRefused, Problems.GitHubUnavailable, Problems.TooManyStreams, Problems.TooManyAnswers,
            Problems.NotReady,
            Explanations.NotConfigured, Explanations.Busy, Explanations.Unknown,
            .. DatabaseErrors.All,
        ]).ToDictionary(problem => problem.Code);

    /// <summary>Declares the problems that an endpoint's statement can raise.</summary>
    public static TBuilder Raises<TBuilder>(this TBuilder endpoint, params string[] codes)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new RaisedProblems(codes));
}
