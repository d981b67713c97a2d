using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.OpenApi;

namespace RlsChat.Api.Endpoints;

/// <summary>Named permissions: an organization's own roles, and the built-in ones, which cannot be changed.</summary>
internal static class Roles
{
    private const string Columns =
        """
        "id", "name", to_json(array(
            select p.key from jsonb_each("permissions") p where p.value = 'true' order by p.key)) as "permissions",
          "organizationId", "version"
        """;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/organizations/{id}/roles", List).WithName("roles.list")
            .WithSummary("Lists an organization's own roles and the built-in ones.");
        routes.MapPost("/organizations/{id}/roles", Post).WithName("roles.create").Creates()
            .WithSummary("Creates a role.")
            .Raises("forbidden", "conflict");
        routes.MapGet("/roles/{id}", Get).WithName("roles.get")
            .WithSummary("Reads a role.");
        routes.MapPatch("/roles/{id}", Edit).WithName("roles.update")
            .WithSummary("Changes a role's name or permissions.")
            .Raises("conflict");
        routes.MapDelete("/roles/{id}", Delete).WithName("roles.delete")
            .WithSummary("Deletes a role that is not in use.")
            .Raises("in_use");
    }

    /// <summary>Every permission; the database decides which of them a person may give.</summary>
    public static readonly string[] Permissions =
    [
        "can_grant_credits", "can_impersonate", "can_manage_chats", "can_manage_documents", "can_manage_members", "can_manage_organization",
        "can_manage_roles", "can_view_audit", "can_view_documents", "can_view_monitoring",
    ];

    /// <summary>A role.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Name">1 to 50 characters, once in an organization.</param>
    /// <param name="Permissions">What it allows, by name, sorted.</param>
    /// <param name="OrganizationId">Whose it is; null for a built-in one.</param>
    /// <param name="Version">The row version; in quotes, the ETag.</param>
    internal sealed record Role(
        Guid Id, string Name, [property: JsonConverter(typeof(RawJsonTexts))] string Permissions, Guid? OrganizationId,
        int Version) : IVersioned;

    /// <summary>A role to create. Without permissions it allows nothing.</summary>
    internal sealed record NewRole([Required, Name(50)] string? Name, [Permissions] string?[]? Permissions) : IInput;

    /// <summary>Changes to a role; omitted fields keep their values.</summary>
    [SomeOf]
    internal sealed record RoleChange([Name(50)] string? Name, [Permissions] string?[]? Permissions) : IInput;

    private sealed class PermissionsAttribute() : WordsAttribute(Roles.Permissions);

    private static async Task<Results<Ok<Page<Role>>, NotFound>> List(Id id, PageRequest page, UserDb db)
    {
        var from = page.After ?? Cursor.BeforeOldest;
        var rows = await db.QueryChildren<Role>("Organization",
            $"""
            select {Columns}
            from public."Role"
            where ("organizationId" = $1 or "organizationId" is null) and "id" > $2
              and (select true from public."Organization" where "id" = $1)
            order by "id"
            limit $3
            """, id, from.Id, page.Fetch);
        return rows is null
            ? TypedResults.NotFound()
            : TypedResults.Ok(Page<Role>.Of(rows, page, role => Cursor.At(role.Id)));
    }

    private static async Task<Results<Created<Role>, NotFound>> Post(Id id, NewRole role, UserDb db) =>
        await db.Create<Role>("Role",
            $$"""
            insert into public."Role" ("name", "permissions", "organizationId")
            select $2, (select coalesce(jsonb_object_agg(p, true), '{}') from unnest($3) p), o."id"
            from public."Organization" o
            where o."id" = $1
            returning {{Columns}}
            """, id, role.Name, Arg.Texts(role.Permissions)) is { } made
            ? TypedResults.Created($"/roles/{made.Id}", made)
            : TypedResults.NotFound();

    private static async Task<Results<Ok<Role>, NotFound>> Get(Id id, UserDb db) =>
        await db.QuerySingleOrDefault<Role>(
            $"""
            select {Columns}
            from public."Role"
            where "id" = $1
            """, id) is { } role
            ? TypedResults.Ok(role)
            : TypedResults.NotFound();

    private static async Task<Results<Ok<Role>, NotFound, ForbidHttpResult>> Edit(
        Id id, RoleChange change, IfMatch match, UserDb db) =>
        (await db.Update<Role>("Role",
            $$"""
            update public."Role"
            set "name" = coalesce($2, "name"),
              "permissions" = case when $3 is null then "permissions"
                else (select coalesce(jsonb_object_agg(p, true), '{}') from unnest($3) p) end
            where "id" = $1
            returning {{Columns}}, auth.if_match(("version" - 1)::text, $4)
            """, id, change.Name, Arg.Texts(change.Permissions), match)).Answer();

    /// <summary>A role that is in use is a 409.</summary>
    private static async Task<Results<NoContent, NotFound, ForbidHttpResult>> Delete(Id id, IfMatch match, UserDb db) =>
        (await db.Delete("Role",
            """
            delete from public."Role"
            where "id" = $1
            returning auth.if_match("version"::text, $2)
            """, id, match)).Answer();
}
