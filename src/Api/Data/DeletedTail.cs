using Microsoft.AspNetCore.Http.HttpResults;

namespace RlsChat.Api.Data;

/// <summary>The result of deleting the rows of a list after a given place.</summary>
/// <param name="Count">How many rows were deleted.</param>
/// <param name="ListIsReadable">Whether the caller can read what the list belongs to.</param>
/// <param name="RowsAreReadable">Whether the caller can read rows there that were not deleted.</param>
internal readonly record struct DeletedTail(int Count, bool ListIsReadable, bool RowsAreReadable) : IOutcome
{
    public Outcome Outcome => this switch
    {
        { Count: 0, ListIsReadable: false } => Outcome.Hidden,
        { Count: 0, RowsAreReadable: true } => Outcome.Denied,
        _ => Outcome.Yes,
    };

    /// <summary>
    /// 200 with the number of deleted rows, also when there were none or the caller may not delete some of them; 403
    /// when there are rows and the caller may delete none; 404 when the caller cannot read the list.
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
