using System.ComponentModel;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.OpenApi;

namespace RlsChat.Api.Endpoints;

/// <summary>The members of an organization, their roles and managers.</summary>
internal static class Members
{
    // The role is not joined: a page of a large organization is read in the order of an index.
    private const string Columns = """
        c."id", c."email", c."roleId", (select r."name" from public."Role" r where r."id" = c."roleId") as "role", c."managerId", c."tag"
        """;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var members = routes.MapGroup("/organizations/{id}/members");
        members.MapGet("", List).WithName("members.list")
            .WithSummary("Lists the members of an organization.");
        members.MapGet("/{userId}", Get).WithName("members.get")
            .WithSummary("Reads a member.");
        members.MapPatch("/{userId}", Edit).WithName("members.update")
            .WithSummary("Changes a member's role or manager, both or none.")
            .Raises("forbidden", "unknown_role", "not_a_colleague", "manager_cycle", "last_administrator");
        members.MapDelete("/{userId}", Remove).WithName("members.delete")
            .WithSummary("Removes a member from an organization.")
            .Raises("forbidden", "last_administrator");
    }

    /// <summary>A colleague, or oneself.</summary>
    /// <param name="Id">Their id.</param>
    /// <param name="Email">Their address; empty while it is not known.</param>
    /// <param name="RoleId">The role that they have.</param>
    /// <param name="Role">What it is called.</param>
    /// <param name="ManagerId">Their manager, or null.</param>
    /// <param name="Tag">Changes with any of these: in quotes it is the ETag.</param>
    internal sealed record Member(
        Guid Id, string Email, Guid RoleId, string Role, Guid? ManagerId, [property: JsonIgnore] string Tag) : ITagged
    {
        EntityTagHeaderValue ITagged.Tag => Preconditions.Tag(Tag);
    }

    /// <summary>Changes to a member; omitted fields keep their values.</summary>
    /// <param name="RoleId">Their new role.</param>
    /// <param name="ManagerId">Their new manager; null removes the manager, which is not the same as leaving the field out.</param>
    [SomeOf]
    internal sealed record MemberChange(Guid? RoleId, GivenId ManagerId) : IInput;

    private static async Task<Results<Ok<Page<Member>>, NotFound>> List(Id id, PageRequest page, UserDb db)
    {
        var from = page.After ?? Cursor.BeforeOldest;
        var rows = await db.QueryChildren<Member>("Organization",
            $"""
            select {Columns}
            from public."Colleague" c
            where c."organizationId" = $1 and c."id" > $2
            order by c."id"
            limit $3
            """, id, from.Id, page.Fetch);
        return rows is null
            ? TypedResults.NotFound()
            : TypedResults.Ok(Page<Member>.Of(rows, page, member => Cursor.At(member.Id)));
    }

    private static async Task<Results<Ok<Member>, NotFound>> Get(Id id, [Description("The member's id.")] Id userId, UserDb db) =>
        await db.QuerySingleOrDefault<Member>(
            $"""
            select {Columns}
            from public."Colleague" c
            where c."organizationId" = $1 and c."id" = $2
            """, id, userId) is { } member
            ? TypedResults.Ok(member)
            : TypedResults.NotFound();

    /// <summary>Both changes or neither: an error in one function rolls back the other.</summary>
    private static async Task<Results<NoContent, NotFound>> Edit(
        Id id, [Description("The member's id.")] Id userId, MemberChange change, IfMatch match, UserDb db) =>
        await db.QuerySingleOrDefault<bool>(
            """
            select case when $3 is not null then public.set_member_role($2, $3, $6) else true end
              and case when $4 then public.set_member_manager(
                $2, $5, case when $3 is null then $6 end) else true end
            from public."Organization"
            where "id" = $1
            """, id, userId, change.RoleId, change.ManagerId.IsGiven, change.ManagerId.Value, match)
            ? TypedResults.NoContent()
            : TypedResults.NotFound();

    private static async Task<Results<NoContent, NotFound>> Remove(Id id, [Description("The member's id.")] Id userId, IfMatch match, UserDb db) =>
        await db.QuerySingleOrDefault<bool>(
            """
            select public.remove_member($2, $3)
            from public."Organization"
            where "id" = $1
            """, id, userId, match)
            ? TypedResults.NoContent()
            : TypedResults.NotFound();
}
