using System.Globalization;
using Npgsql;

namespace RlsChat.Tests.Rls.Model;

/// <summary>
/// A step of a history: what somebody does, what the contract says comes of it (an error, or what the
/// statement answers; null: an id that only the database knows) and how the world is afterwards.
/// </summary>
internal sealed record Step(string? Who, string Sql, string? Error, string? Answer, Action<World, string> Then)
{
    public override string ToString() => $"{Who ?? "anonymous"}: {Sql}";
}

/// <summary>The functions of membership, roles and credits as steps.</summary>
internal sealed class Steps(World world, int number)
{
    private const string Denied = PostgresErrorCodes.InsufficientPrivilege;

    private readonly Rules rules = new(world);

    /// <summary>The step that four numbers stand for, as the world is now.</summary>
    public Step Of((int Who, int A, int B, int C) d)
    {
        var people = world.All<Person>().OrderBy(p => p.Key, StringComparer.Ordinal).ToArray();
        if (people.Length == 0)
        {
            return new(null, "select 'nobody'", null, "nobody", (_, _) => { });
        }

        // One in twenty is nobody.
        var me = d.Who % 20 == 0 ? null : Worlds.Pick(people, d.Who);
        var other = Worlds.Pick(people, d.B);
        return (d.A % 12) switch
        {
            0 => Leave(me),
            1 => Remove(me, other),
            2 => SetRole(me, other, Worlds.Pick(Sorted<Role>(), d.C)),
            3 => SetManager(me, other, d.C % 4 == 0 ? null : Worlds.Pick(people, d.C)),
            4 => CreateOrganization(me),
            5 or 6 => Invite(me, other, Worlds.Pick(Sorted<Role>(), d.C)),
            7 or 8 => Accept(me, Sorted<Invitation>(), d.B),
            9 => Grant(me, other, d.C % 50 + 1),
            10 => Spend(me, d.C % 50 + 1),
            _ => d.C % 3 == 0 ? DeleteAccount(me) : new Writings(world, number).Of(me?.Key, d.B, d.C),
        };
    }

    private Step Leave(Person? me) => new(me?.Key, "select public.leave_organization()",
        me is null ? Denied : me.Org is null ? "RC009" : Standing.IsLastAdministrator(world, me) ? "RC003" : null,
        "true", (w, _) => Changes.Leave(w, me!));

    private Step Remove(Person? me, Person other) => Colleague(me, other, $"select public.remove_member('{other.Key}')",
        Standing.IsLastAdministrator(world, other) ? "RC003" : null, w => Changes.Leave(w, other));

    private Step SetRole(Person? me, Person other, Role role) => Colleague(me, other, $"select public.set_member_role('{other.Key}', '{role.Key}')",
        role.Org is not null && role.Org != me?.Org ? "RC012"
        : !rules.HoldsAllOf(me?.Key, role.Permissions) ? Denied
        : role.Key != World.AdminRole && Standing.IsLastAdministrator(world, other) ? "RC003" : null,
        w => w.Put(other with { Role = role.Key }));

    private Step SetManager(Person? me, Person other, Person? manager) => Colleague(me, other,
        $"select public.set_member_manager('{other.Key}', {Loading.Text(manager?.Key)})",
        manager is null ? null
        : !rules.Holds(me?.Key, me?.Org, "can_view_documents") ? Denied
        : manager.Org != other.Org ? "RC007"
        : manager.Key == other.Key || rules.IsAbove(other.Key, manager.Key) ? "RC006" : null,
        w => w.Put(other with { Manager = manager?.Key }));

    // Who is no colleague is hidden; a colleague must be somebody else, and hold nothing that one lacks.
    private Step Colleague(Person? me, Person other, string sql, string? error, Action<World> then)
    {
        var hidden = me is not null && !rules.IsMember(other.Key, me.Org);
        var may = me is not null && rules.Holds(me.Key, me.Org, "can_manage_members")
            && other.Key != me.Key && rules.HoldsAllOf(me.Key, rules.HeldBy(other.Key));
        return hidden ? new(me!.Key, sql, null, "false", (_, _) => { }) : new(me?.Key, sql, may ? error : Denied, "true", (w, _) => then(w));
    }

    private Step CreateOrganization(Person? me) => new(me?.Key, "select public.create_organization('new')",
        me is null ? Denied : me.Org is not null ? "RC002" : me.Role is not null ? "RC011" : null, null, (w, id) =>
        {
            w.Put(new Organization(id));
            Changes.Join(w, me!, id, World.AdminRole);
        });

    private Step Invite(Person? me, Person other, Role role)
    {
        var token = World.Id(0x70ce, number);
        var email = Worlds.Email(other.Key);
        var may = me?.Org is not null && rules.Holds(me.Key, me.Org, "can_manage_members") && rules.MayGrant(me.Key, me.Org, role.Key);
        return new(me?.Key, $"select public.invite_member('{email}', '{role.Key}', sha256('{token}'))", may ? null : Denied, null, (w, id) =>
        {
            // One open invitation an address.
            foreach (var open in w.All<Invitation>().Where(i => i.Org == me!.Org && i.Email == email && !i.Accepted).ToList())
            {
                w.Remove(open);
            }

            w.Put(new Invitation(id, me!.Org!, email, role.Key, me.Key, false, false, token));
        });
    }

    // Half of the time it is the person's own invitation, where there is one.
    private Step Accept(Person? me, Invitation[] all, int number)
    {
        var own = all.Where(i => me is not null && i.Email == Worlds.Email(me.Key)).ToArray();
        var invitation = all.Length == 0 ? null : own.Length > 0 && number % 2 == 0 ? Worlds.Pick(own, number / 2) : Worlds.Pick(all, number);
        var valid = me is not null && invitation is { Accepted: false, Expired: false } && me.Verified && invitation.Email == Worlds.Email(me.Key)
            && rules.Holds(invitation.By, invitation.Org, "can_manage_members") && rules.MayGrant(invitation.By, invitation.Org, invitation.Role);
        return new(me?.Key, $"select public.accept_invitation('{invitation?.Token ?? invitation?.Key}')",
            me is null ? Denied : !valid ? "RC004" : me.Org is not null ? "RC002" : me.Role is not null ? "RC011" : null, invitation?.Org, (w, _) =>
            {
                w.Put(invitation! with { Accepted = true });
                Changes.Join(w, me!, invitation.Org, invitation.Role);
            });
    }

    private Step Grant(Person? me, Person other, int amount) => new(me?.Key, $"select public.grant_credits('{other.Key}', {amount}, 'gift')",
        rules.HeldBy(me?.Key).Contains("can_grant_credits") ? null : Denied, Money(other.Balance + amount),
        (w, _) => w.Put(other with { Balance = other.Balance + amount }));

    private Step Spend(Person? me, int amount) => new(me?.Key, $"select public.spend_credits({amount}, 'use')",
        me is null ? Denied : me.Balance < amount ? "RC005" : null, Money((me?.Balance ?? 0) - amount),
        (w, _) => w.Put(me! with { Balance = me.Balance - amount }));

    private Step DeleteAccount(Person? me) => new(me?.Key, "select public.delete_account()",
        me is null ? Denied : Standing.IsLastAdministrator(world, me) ? "RC003" : null, "true", (w, _) => Changes.DeleteAccount(w, me!));

    private T[] Sorted<T>() where T : class, IRow => [.. world.All<T>().OrderBy(r => r.Key, StringComparer.Ordinal)];

    private static string Money(decimal amount) => amount.ToString("0.00", CultureInfo.InvariantCulture);
}
