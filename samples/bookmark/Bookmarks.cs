using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.OpenApi;

namespace RlsChat.Api.Endpoints;

/// <summary>Chats that a person wants to find again.</summary>
internal static class Bookmarks
{
    private const string Columns = """ "id", "chatId" """;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var bookmarks = routes.MapGroup("/bookmarks");
        bookmarks.MapGet("", List).WithName("bookmarks.list")
            .WithSummary("Lists one's own bookmarks.");
        bookmarks.MapPost("", Post).WithName("bookmarks.create").Creates()
            .WithSummary("Bookmarks a chat.")
            .Raises("forbidden");
        bookmarks.MapGet("/{id}", Get).WithName("bookmarks.get")
            .WithSummary("Reads a bookmark.");
        bookmarks.MapDelete("/{id}", Delete).WithName("bookmarks.delete")
            .WithSummary("Drops a bookmark.");
    }

    /// <summary>A bookmark.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="ChatId">The chat that it is of.</param>
    internal sealed record Bookmark(Guid Id, Guid ChatId);

    /// <summary>A bookmark to make.</summary>
    /// <param name="ChatId">The chat to find again.</param>
    internal sealed record NewBookmark([Required(ErrorMessage = "must be the id of a chat")] Guid? ChatId) : IInput;

    private static async Task<Ok<Page<Bookmark>>> List(PageRequest page, UserDb db)
    {
        var rows = await db.Query<Bookmark>(
            $"""
            select {Columns}
            from public."Bookmark"
            where "id" > $1
            order by "id"
            limit $2
            """, (page.After ?? Cursor.BeforeOldest).Id, page.Fetch);
        return TypedResults.Ok(Page<Bookmark>.Of(rows, page, bookmark => Cursor.At(bookmark.Id)));
    }

    private static async Task<Created<Bookmark>> Post(NewBookmark bookmark, UserDb db)
    {
        var made = await db.Create<Bookmark>("Bookmark",
            $"""
            insert into public."Bookmark" ("chatId")
            values ($1)
            returning {Columns}
            """, bookmark.ChatId);
        return TypedResults.Created($"/bookmarks/{made!.Id}", made);
    }

    private static async Task<Results<Ok<Bookmark>, NotFound>> Get(Id id, UserDb db) =>
        await db.QuerySingleOrDefault<Bookmark>(
            $"""
            select {Columns}
            from public."Bookmark"
            where "id" = $1
            """, id) is { } bookmark
            ? TypedResults.Ok(bookmark)
            : TypedResults.NotFound();

    private static async Task<Results<NoContent, NotFound>> Delete(Id id, UserDb db) =>
        await db.Execute("""delete from public."Bookmark" where "id" = $1""", id) == 1
            ? TypedResults.NoContent()
            : TypedResults.NotFound();
}
