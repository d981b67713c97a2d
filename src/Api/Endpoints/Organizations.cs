using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.OpenApi;

namespace RlsChat.Api.Endpoints;

/// <summary>Tenants. A person is in one at most, and sees no other.</summary>
internal static class Organizations
{
    private const string Columns = """ "id", "name", "createdAt", "version" """;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var organizations = routes.MapGroup("/organizations");
        organizations.MapPost("", Post).WithName("organizations.create").Creates()
            .WithSummary("Creates an organization, whose administrator is its creator.")
            .Raises("already_in_organization", "operator_conflict");
        organizations.MapGet("/{id}", Get).WithName("organizations.get")
            .WithSummary("Reads the organization of the signed-in person.");
        organizations.MapPatch("/{id}", Rename).WithName("organizations.update")
            .WithSummary("Renames an organization.");
        organizations.MapDelete("/{id}", Delete).WithName("organizations.delete")
            .WithSummary("Deletes an organization that has no other members.")
            .Raises("last_administrator");
        organizations.MapPost("/{id}/leave", Leave).WithName("organizations.leave")
            .WithSummary("Leaves an organization.")
            .Raises("last_administrator", "not_in_organization");
    }

    /// <summary>A tenant: people, and the chats and documents that they share.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Name">1 to 255 characters.</param>
    /// <param name="CreatedAt">When it was created.</param>
    /// <param name="Version">The row version; in quotes, the ETag.</param>
    internal sealed record Organization(Guid Id, string Name, DateTime CreatedAt, int Version) : IVersioned;

    /// <summary>The name of an organization.</summary>
    internal sealed record OrganizationName([Required, Name(255)] string? Name) : IInput;

    /// <summary>The statement cannot see the row that its function creates, so it repeats that row's defaults.</summary>
    private static async Task<Created<Organization>> Post(OrganizationName naming, UserDb db)
    {
        var made = await db.Create<Organization>("Organization",
            """
            select public.create_organization($1) as "id", $1 as "name",
              (now() at time zone 'utc')::timestamp(3) as "createdAt", 1 as "version"
            """, naming.Name);
        return TypedResults.Created($"/organizations/{made!.Id}", made);
    }

    private static async Task<Results<Ok<Organization>, NotFound>> Get(Id id, UserDb db) =>
        await db.QuerySingleOrDefault<Organization>(
            $"""
            select {Columns}
            from public."Organization"
            where "id" = $1
            """, id) is { } organization
            ? TypedResults.Ok(organization)
            : TypedResults.NotFound();

    private static async Task<Results<Ok<Organization>, NotFound, ForbidHttpResult>> Rename(
        Id id, OrganizationName naming, IfMatch match, UserDb db) =>
        (await db.Update<Organization>("Organization",
            $"""
            update public."Organization"
            set "name" = $2
            where "id" = $1
            returning {Columns}, auth.if_match(("version" - 1)::text, $3)
            """, id, naming.Name, match)).Answer();

    private static async Task<Results<NoContent, NotFound, ForbidHttpResult>> Delete(Id id, IfMatch match, UserDb db) =>
        (await db.Delete("Organization",
            """
            delete from public."Organization"
            where "id" = $1
            returning auth.if_match("version"::text, $2)
            """, id, match)).Answer();

    private static async Task<Results<NoContent, NotFound>> Leave(Id id, UserDb db) =>
        await db.QuerySingleOrDefault<bool>("select public.leave_organization($1)", id)
            ? TypedResults.NoContent()
            : TypedResults.NotFound();
}
