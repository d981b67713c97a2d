using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using RlsChat.Api.Data;
using RlsChat.Api.Http;

namespace RlsChat.Api.Endpoints;

/// <summary>Votes on messages: one for each person and message.</summary>
internal static class Votes
{
    private const string Columns =
        """ "id", "message_id" as "messageId", "chatId", "user_id" as "userId", "value", "created_at" as "createdAt" """;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/chats/{id}/votes", List).WithName("votes.list")
            .WithSummary("Lists the votes on the messages of a chat, oldest first.")
            .AllowAnonymous();
        routes.MapPut("/messages/{id}/vote", Put).WithName("votes.set")
            .WithSummary("Casts or changes the signed-in person's vote on a message.");
        routes.MapDelete("/messages/{id}/vote", Delete).WithName("votes.delete")
            .WithSummary("Deletes the signed-in person's vote on a message.");
    }

    /// <summary>A vote.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="MessageId">The message that it is about.</param>
    /// <param name="ChatId">The chat of that message.</param>
    /// <param name="UserId">Who voted.</param>
    /// <param name="Value"><c>up</c> or <c>down</c>.</param>
    /// <param name="CreatedAt">When they first voted on this message.</param>
    internal sealed record Vote(Guid Id, Guid MessageId, Guid ChatId, Guid UserId, string Value, DateTime CreatedAt);

    /// <summary>The vote to cast.</summary>
    internal sealed record NewVote([Required, Words("up", "down")] string? Value) : IInput;

    /// <summary>Oldest first. No row: no such chat. One row without an id: no votes on this page.</summary>
    private static async Task<Results<Ok<Page<Vote>>, NotFound>> List(Id id, PageRequest page, UserDb db)
    {
        var from = page.After ?? Cursor.BeforeOldest;
        var rows = await db.QueryChildren<Vote>("Chat",
            $"""
            select {Columns}
            from public."Vote"
            where "chatId" = $1 and ("created_at", "id") > ($2, $3)
            order by "created_at", "id"
            limit $4
            """, id, from.CreatedAt, from.Id, page.Fetch);
        return rows is null
            ? TypedResults.NotFound()
            : TypedResults.Ok(Page<Vote>.Of(rows, page, vote => new Cursor(vote.CreatedAt, vote.Id)));
    }

    /// <summary>Inserts or updates the vote: of two concurrent requests, the later one wins.</summary>
    private static async Task<Results<Ok<Vote>, NotFound>> Put(Id id, NewVote vote, UserDb db) =>
        await db.QuerySingleOrDefault<Vote>(
            $"""
            insert into public."Vote" ("message_id", "value", "user_id")
            select m."id", $2, $3
            from public."Message" m
            where m."id" = $1
            on conflict ("message_id", "user_id") do update set "value" = excluded."value"
            returning {Columns}
            """, id, vote.Value, db.CallerId) is { } cast
            ? TypedResults.Ok(cast)
            : TypedResults.NotFound();

    /// <summary>People can delete only their own vote: without one, 404.</summary>
    private static async Task<Results<NoContent, NotFound>> Delete(Id id, UserDb db) =>
        await db.Execute("""delete from public."Vote" where "message_id" = $1""", id) == 1
            ? TypedResults.NoContent()
            : TypedResults.NotFound();
}
