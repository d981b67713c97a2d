using Microsoft.AspNetCore.Http.HttpResults;

namespace RlsChat.Api.Data;

/// <summary>How a database operation ended for the caller.</summary>
internal enum Outcome
{
    /// <summary>It was done, or the rows were read.</summary>
    Yes,

    /// <summary>The caller can see no such row.</summary>
    Hidden,

    /// <summary>The caller can see the row but not change it, or may not use the table at all.</summary>
    Denied,

    /// <summary>The session of the access token has ended.</summary>
    Ended,

    /// <summary>The input breaks a rule of the data or conflicts with its state.</summary>
    Refused,

    /// <summary>The database failed.</summary>
    Error,
}

/// <summary>A result that knows its outcome.</summary>
internal interface IOutcome
{
    Outcome Outcome { get; }
}

/// <summary>The result of an update of one row.</summary>
/// <param name="Row">The changed row, or null when none was.</param>
/// <param name="IsReadable">Whether the caller can read the row: tells 403 from 404.</param>
internal readonly record struct Changed<T>(T? Row, bool IsReadable) : IOutcome
{
    public Outcome Outcome => Row is not null ? Outcome.Yes : IsReadable ? Outcome.Denied : Outcome.Hidden;

    /// <summary>200 with the row, 403 or 404.</summary>
    public Results<Ok<T>, NotFound, ForbidHttpResult> Answer() => Outcome switch
    {
        Outcome.Yes => TypedResults.Ok(Row),
        Outcome.Denied => TypedResults.Forbid(),
        _ => TypedResults.NotFound(),
    };
}

/// <summary>The result of a delete of one row.</summary>
/// <param name="Count">How many rows were deleted.</param>
/// <param name="IsReadable">Whether the caller can read a row that was not deleted: tells 403 from 404.</param>
internal readonly record struct Deleted(int Count, bool IsReadable) : IOutcome
{
    public Outcome Outcome => Count > 0 ? Outcome.Yes : IsReadable ? Outcome.Denied : Outcome.Hidden;

    /// <summary>204, 403 or 404.</summary>
    public Results<NoContent, NotFound, ForbidHttpResult> Answer() => Outcome switch
    {
        Outcome.Yes => TypedResults.NoContent(),
        Outcome.Denied => TypedResults.Forbid(),
        _ => TypedResults.NotFound(),
    };
}
