using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.OpenApi;

namespace RlsChat.Api.Endpoints;

/// <summary>Changes that readers of a document propose to one version of it.</summary>
internal static class Suggestions
{
    private const string Columns =
        """
        "id", "documentId", "documentCreatedAt", "originalText", "suggestedText", "description", "isResolved", "userId",
          "createdAt", "version"
        """;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/documents/{id}/suggestions", List).WithName("suggestions.list")
            .WithSummary("Lists the suggestions to one version of a document, oldest first.");
        routes.MapPost("/documents/{id}/suggestions", Post).WithName("suggestions.create").Creates()
            .WithSummary("Suggests a change to one version of a document.")
            .Raises("conflict");
        routes.MapGet("/suggestions/{id}", Get).WithName("suggestions.get")
            .WithSummary("Reads a suggestion.");
        routes.MapPatch("/suggestions/{id}", Edit).WithName("suggestions.update")
            .WithSummary("Rewords or resolves a suggestion.");
        routes.MapDelete("/suggestions/{id}", Delete).WithName("suggestions.delete")
            .WithSummary("Deletes a suggestion.");
    }

    /// <summary>A suggestion.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="DocumentId">The document.</param>
    /// <param name="DocumentCreatedAt">The version of the document.</param>
    /// <param name="OriginalText">The current text.</param>
    /// <param name="SuggestedText">The proposed text.</param>
    /// <param name="Description">Why, or null.</param>
    /// <param name="IsResolved">Whether the document's owner has resolved it.</param>
    /// <param name="UserId">Whose it is, or null when their account was deleted.</param>
    /// <param name="CreatedAt">When it was created.</param>
    /// <param name="Version">The row version; in quotes, the ETag.</param>
    internal sealed record Suggestion(
        Guid Id, Guid DocumentId, DateTime DocumentCreatedAt, string OriginalText, string SuggestedText,
        string? Description, bool IsResolved, Guid? UserId, DateTime CreatedAt, int Version) : IVersioned;

    /// <summary>A suggestion to create. The id is generated if omitted. An empty text inserts or removes.</summary>
    internal sealed record NewSuggestion(
        Guid? Id,
        [Required, Text(0, Documents.MaxText)] string? OriginalText,
        [Required, Text(0, Documents.MaxText)] string? SuggestedText,
        [Text(0, Documents.MaxText)] string? Description) : IInput;

    /// <summary>
    /// Changes to a suggestion; omitted fields keep their values. The author changes its text and
    /// description, the document's owner resolves it; a change of the other's fields is a 403.
    /// </summary>
    [SomeOf]
    internal sealed record SuggestionChange(
        [Text(0, Documents.MaxText)] string? SuggestedText,
        [Text(0, Documents.MaxText)] string? Description,
        bool? IsResolved) : IInput;

    /// <summary>Of one version, or of the newest; oldest first.</summary>
    private static async Task<Results<Ok<Page<Suggestion>>, NotFound>> List(
        Id id, [Description(Documents.At)] Moment? at, PageRequest page, UserDb db)
    {
        var from = page.After ?? Cursor.BeforeOldest;
        var rows = await db.QueryOf<Suggestion>(
            () => CallerBatch.Statement(
                """select exists (select from public."Document" where "id" = $1 and ($2 is null or "createdAt" = $2))""", [id, at]),
            $"""
            select {Columns}
            from public."Suggestion"
            where "documentId" = $1
              and "documentCreatedAt" = (select coalesce($2, (select max("createdAt") from public."Document" where "id" = $1)))
              and ("createdAt", "id") > ($3, $4)
            order by "createdAt", "id"
            limit $5
            """, id, at, from.CreatedAt, from.Id, page.Fetch);
        return rows is null
            ? TypedResults.NotFound()
            : TypedResults.Ok(Page<Suggestion>.Of(rows, page, made => new Cursor(made.CreatedAt, made.Id)));
    }

    private static async Task<Results<Created<Suggestion>, NotFound>> Post(
        Id id, [Description(Documents.At)] Moment? at, NewSuggestion suggestion, UserDb db) =>
        await db.Create<Suggestion>("Suggestion",
            $"""
            insert into public."Suggestion"
              ("id", "documentId", "documentCreatedAt", "originalText", "suggestedText", "description", "userId")
            select coalesce($3, gen_random_uuid()), d."id", d."createdAt", $4, $5, $6, $7
            from public."Document" d
            where d."id" = $1 and ($2 is null or d."createdAt" = $2)
            order by d."createdAt" desc
            limit 1
            returning {Columns}
            """, id, at, suggestion.Id, suggestion.OriginalText, suggestion.SuggestedText, suggestion.Description, db.CallerId) is { } made
            ? TypedResults.Created($"/suggestions/{made.Id}", made)
            : TypedResults.NotFound();

    private static async Task<Results<Ok<Suggestion>, NotFound>> Get(Id id, UserDb db) =>
        await db.QuerySingleOrDefault<Suggestion>(
            $"""
            select {Columns}
            from public."Suggestion"
            where "id" = $1
            """, id) is { } suggestion
            ? TypedResults.Ok(suggestion)
            : TypedResults.NotFound();

    private static async Task<Results<Ok<Suggestion>, NotFound, ForbidHttpResult>> Edit(
        Id id, SuggestionChange change, IfMatch match, UserDb db) =>
        (await db.Update<Suggestion>("Suggestion",
            $"""
            update public."Suggestion"
            set "suggestedText" = coalesce($2, "suggestedText"),
              "description" = coalesce($3, "description"),
              "isResolved" = coalesce($4, "isResolved")
            where "id" = $1
            returning {Columns}, auth.if_match(("version" - 1)::text, $5)
            """, id, change.SuggestedText, change.Description, change.IsResolved, match)).Answer();

    private static async Task<Results<NoContent, NotFound, ForbidHttpResult>> Delete(Id id, IfMatch match, UserDb db) =>
        (await db.Delete("Suggestion",
            """
            delete from public."Suggestion"
            where "id" = $1
            returning auth.if_match("version"::text, $2)
            """, id, match)).Answer();
}
