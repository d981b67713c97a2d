using System.Diagnostics;
using Microsoft.AspNetCore.WebUtilities;

namespace RlsChat.Api.Http;

/// <summary>An error as the client sees it, in an RFC 9457 body.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The stable name of this kind of problem, for programs.</param>
/// <param name="Detail">One sentence for people; never another person's data, never SQL.</param>
internal sealed record Problem(int Status, string Code, string? Detail = null)
{
    /// <summary>Seconds after which a retry may help.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>What is wrong with which field of the request.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>This problem as the result of a handler.</summary>
    public Refusal Refuse() => new(this);
}

/// <summary>A problem as the result of a handler.</summary>
internal sealed class Refusal(Problem problem) : IResult
{
    /// <summary>Why.</summary>
    public Problem Problem => problem;

    public Task ExecuteAsync(HttpContext httpContext) => Problems.Write(httpContext, problem);
}

/// <summary>Ends a request with a problem.</summary>
internal abstract class ProblemException(Problem problem) : Exception(problem.Detail)
{
    public Problem Problem => problem;
}

/// <summary>The body of every error: application/problem+json.</summary>
/// <param name="Title">What the status means.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The stable name of this kind of problem, for programs; codes may be added.</param>
/// <param name="Detail">One sentence for people, or null.</param>
/// <param name="TraceId">The id of the request in the log.</param>
/// <param name="Errors">What is wrong, by field of the body or name of a parameter; null for other problems.</param>
internal sealed record ProblemBody(
    string Title,
    int Status,
    string Code,
    string? Detail,
    string TraceId,
    IReadOnlyDictionary<string, string[]>? Errors)
{
    public static ProblemBody Of(Problem problem, HttpContext context) =>
        new(ReasonPhrases.GetReasonPhrase(problem.Status), problem.Status, problem.Code, problem.Detail,
            Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier, problem.Errors);
}
