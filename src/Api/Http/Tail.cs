using Microsoft.AspNetCore.Http.HttpResults;
using RlsChat.Api.Telemetry;

namespace RlsChat.Api.Http;

/// <summary>What it came to to delete the rows of a list after one of them.</summary>
/// <param name="Found">Whether the person sees what the rows belong to.</param>
/// <param name="Seen">Whether they saw rows there to delete.</param>
/// <param name="Count">How many of them the policies let them delete.</param>
internal sealed record Tail(bool Found, bool Seen, int Count) : IOutcome
{
    public Outcome Outcome => this switch
    {
        { Count: 0, Found: false } => Outcome.Hidden,
        { Count: 0, Seen: true } => Outcome.Denied,
        _ => Outcome.Yes,
    };

    /// <summary>
    /// 200 with the number of rows that went, also when there were none or others stayed; 403 when
    /// there were some and none of them was theirs to delete; 404 when there is no such list for them.
    /// </summary>
    public Results<Ok<DeletedCount>, NotFound, ForbidHttpResult> Answer() => Outcome switch
    {
        Outcome.Hidden => TypedResults.NotFound(),
        Outcome.Denied => TypedResults.Forbid(),
        _ => TypedResults.Ok(new DeletedCount(Count)),
    };
}

/// <summary>How many rows were deleted.</summary>
/// <param name="Count">0 when there were none.</param>
internal sealed record DeletedCount(int Count);
