using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using RlsChat.Api.Configuration;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.OpenApi;

namespace RlsChat.Api.Endpoints;

/// <summary>
/// Texts, code, images, sheets and drawings. A document is a list of versions, identified by their creation time in
/// milliseconds. A change is a new version; versions do not change.
/// </summary>
internal static class Documents
{
    /// <summary>What the request's body can hold at most.</summary>
    internal const int MaxText = Settings.MaxBodyBytes;

    private const string Columns =
        """
        "id", "createdAt", "title", "content", "text" as "kind", "userId", "organizationId", "version" as "revision"
        """;

    /// <summary>The columns of a list, which shows no content.</summary>
    private const string ListColumns = """ "id", "createdAt", "title", "text" as "kind", "userId", "organizationId" """;

    /// <summary>Describes the query parameter that names a version.</summary>
    internal const string At = "The version that was made at that moment; left out for the newest.";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var documents = routes.MapGroup("/documents");
        documents.MapGet("", List).WithName("documents.list")
            .WithSummary("Lists the newest version of each document, newest first.");
        documents.MapPost("", Post).WithName("documents.create").Creates()
            .WithSummary("Writes a document, or a new version under the id of one's own.")
            .Raises("forbidden", "conflict");
        documents.MapGet("/{id}", Get).WithName("documents.get")
            .WithSummary("Reads the newest version of a document, or one that the query names.");
        documents.MapDelete("/{id}", Delete).WithName("documents.delete")
            .WithSummary("Deletes a document, or its versions after a moment.");
        documents.MapGet("/{id}/versions", ListVersions).WithName("versions.list")
            .WithSummary("Lists the versions of a document, newest first.");
        documents.MapPost("/{id}/versions", PostVersion).WithName("versions.create").Creates()
            .WithSummary("Adds a version to a document.")
            .Raises("forbidden", "conflict");
    }

    /// <summary>A version of a document.</summary>
    /// <param name="Id">The document's id, the same in all its versions.</param>
    /// <param name="CreatedAt">When this version was made: names it among the versions.</param>
    /// <param name="Title">1 to 255 characters.</param>
    /// <param name="Content">What it says, or null for nothing yet.</param>
    /// <param name="Kind"><c>text</c>, <c>code</c>, <c>image</c>, <c>sheet</c> or <c>canvas</c>.</param>
    /// <param name="UserId">Whose it is.</param>
    /// <param name="OrganizationId">The organization that it belongs to, or null for a personal one.</param>
    /// <param name="Revision">Counts the changes of what is not its content: its owner and organization.</param>
    internal sealed record Document(
        Guid Id, DateTime CreatedAt, string Title, string? Content, string Kind, Guid UserId, Guid? OrganizationId,
        [property: JsonIgnore] int Revision = 1) : ITagged
    {
        EntityTagHeaderValue ITagged.Tag =>
            Preconditions.Tag(string.Create(CultureInfo.InvariantCulture, $"{(CreatedAt - DateTime.UnixEpoch).TotalMilliseconds}-{Revision}"));
    }

    /// <summary>A version of a document in a list: as <see cref="Document"/>, without the content.</summary>
    internal sealed record DocumentVersion(
        Guid Id, DateTime CreatedAt, string Title, string Kind, Guid UserId, Guid? OrganizationId);

    /// <summary>
    /// A document to create. The id is generated if omitted; without a kind it is a text. Under the id of a
    /// document of one's own it is a new version of that, and must say the same organization.
    /// </summary>
    internal sealed record NewDocument(
        Guid? Id,
        [Required, Name(255)] string? Title,
        [Text(0, MaxText)] string? Content,
        [Words("text", "code", "image", "sheet", "canvas")] string? Kind,
        Guid? OrganizationId) : IInput;

    /// <summary>A version to add; what is left out is as in the newest one.</summary>
    [SomeOf]
    internal sealed record NewDocumentVersion(
        [Name(255)] string? Title,
        [Text(0, MaxText)] string? Content,
        [Words("text", "code", "image", "sheet", "canvas")] string? Kind) : IInput;

    /// <summary>The newest version of each document, newest first.</summary>
    private static async Task<Ok<Page<DocumentVersion>>> List(
        [Description("Whose documents: `mine`, or those of the organization.")]
        [AllowedValues("mine", "organization")] string? scope,
        PageRequest page, UserDb db)
    {
        // Not for safety, which is the policies' part: the request asks for these documents.
        (string Asked, Arg[] By) filter = scope switch
        {
            null or "mine" => (""" d."userId" = $4 """, [db.CallerId]),
            "organization" => (""" d."organizationId" = (select auth.organization_id()) """, []),
            _ => throw new InvalidInputException("scope", "must be one of mine, organization"),
        };
        var from = page.After ?? Cursor.BeforeNewest;
        var rows = await db.Query<DocumentVersion>(
            $"""
            select {ListColumns}
            from public."Document" d
            where {filter.Asked} and (d."createdAt", d."id") < ($1, $2)
              and d."createdAt" = (select max(v."createdAt") from public."Document" v where v."id" = d."id")
            order by d."createdAt" desc, d."id" desc
            limit $3
            """, [from.CreatedAt, from.Id, page.Fetch, .. filter.By]);
        return TypedResults.Ok(Page<DocumentVersion>.Of(rows, page, version => new Cursor(version.CreatedAt, version.Id)));
    }

    /// <summary>The id of another person's document is a 403, also for the later of two concurrent requests.</summary>
    private static async Task<Created<Document>> Post(NewDocument document, UserDb db)
    {
        var made = await db.Create<Document>("Document",
            $"""
            insert into public."Document" ("id", "title", "content", "text", "organizationId", "userId")
            values (coalesce($1, gen_random_uuid()), $2, $3, coalesce($4, 'text'), $5, $6)
            returning {Columns}
            """, document.Id, document.Title, document.Content, document.Kind, document.OrganizationId, db.CallerId);
        return TypedResults.Created($"/documents/{made!.Id}", made);
    }

    /// <summary>The newest version, or the one that was made at that very moment.</summary>
    private static async Task<Results<Ok<Document>, NotFound>> Get(Id id, [Description(At)] Moment? at, UserDb db) =>
        await db.QuerySingleOrDefault<Document>(
            $"""
            select {Columns}
            from public."Document"
            where "id" = $1 and ($2 is null or "createdAt" = $2)
            order by "createdAt" desc
            limit 1
            """, id, at) is { } document
            ? TypedResults.Ok(document)
            : TypedResults.NotFound();

    /// <summary>
    /// Deletes a document, or its versions after a given moment. If-Match is compared with the newest deleted version.
    /// </summary>
    private static async Task<Results<Ok<DeletedCount>, NotFound, ForbidHttpResult>> Delete(
        Id id,
        [Description("Only the versions that were made after that moment; left out for all of them.")] Moment? after,
        IfMatch match, UserDb db) =>
        (await db.DeleteTail(
            """
            with deleted as (
              delete from public."Document"
              where "id" = $1 and "createdAt" > coalesce($2, '-infinity')
              returning "createdAt", "version"),
            newest as (
              select (extract(epoch from "createdAt") * 1000)::bigint || '-' || "version" as "tag"
              from deleted order by "createdAt" desc limit 1)
            select auth.if_match((select "tag" from newest), $3) from deleted
            """,
            """
            select exists (select from public."Document" where "id" = $1),
              exists (select from public."Document" where "id" = $1 and "createdAt" > coalesce($2, '-infinity'))
            """, id, after, match)).Answer();

    /// <summary>Newest first.</summary>
    private static async Task<Results<Ok<Page<DocumentVersion>>, NotFound>> ListVersions(Id id, PageRequest page, UserDb db)
    {
        var from = page.After ?? Cursor.BeforeNewest;
        var rows = await db.QueryChildren<DocumentVersion>("Document",
            $"""
            select {ListColumns}
            from public."Document"
            where "id" = $1 and ("createdAt", "id") < ($2, $3)
            order by "createdAt" desc
            limit $4
            """, id, from.CreatedAt, from.Id, page.Fetch);
        return rows is null
            ? TypedResults.NotFound()
            : TypedResults.Ok(Page<DocumentVersion>.Of(rows, page, version => new Cursor(version.CreatedAt, version.Id)));
    }

    private static async Task<Results<Created<Document>, NotFound>> PostVersion(Id id, NewDocumentVersion version, UserDb db) =>
        await db.Create<Document>("Document",
            $"""
            insert into public."Document" ("id", "title", "content", "text", "organizationId", "userId")
            select d."id", coalesce($2, d."title"), coalesce($3, d."content"), coalesce($4, d."text"), d."organizationId", $5
            from public."Document" d
            where d."id" = $1
            order by d."createdAt" desc
            limit 1
            returning {Columns}
            """, id, version.Title, version.Content, version.Kind, db.CallerId) is { } made
            ? TypedResults.Created($"/documents/{made.Id}?at={UtcMilliseconds.Text(made.CreatedAt)}", made)
            : TypedResults.NotFound();
}
