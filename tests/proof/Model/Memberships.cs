using System.Globalization;
using Npgsql;

namespace RlsChat.Tests.Proof.Model;

/// <summary>The functions of membership, roles and credits as steps.</summary>
internal sealed class Memberships(World world, int number)
{
    private const string Denied = PostgresErrorCodes.InsufficientPrivilege;

    private readonly Rules rules = new(world);

    /// <summary>Mostly something that the person can do, or that somebody else can who then does it.</summary>
    public Step Of(Person? me, int kind, Person other, int n) => (kind % 13) switch
    {
        0 => Leave(me, n),
        1 => Remove(me, other),
        2 or 3 => SetRole(me, other, Worlds.Pick(world.InOrder<Role>(), n)),
        4 or 5 => SetManager(me, other, n % 4 == 0 ? null : world.Any<Person>(n, p => p.Org == other.Org)),
        6 => CreateOrganization(me),
        7 or 8 => Invite(me, world.Any<Person>(n, p => p is { Org: null, Verified: true }) ?? other, Worlds.Pick(world.InOrder<Role>(), n)),
        9 => Accept(me, world.Any<Invitation>(n, i => i.Email == me?.Email)),
        10 when world.Any<Invitation>(n, i => !i.Accepted && Invited(i) is { Org: null }) is { } invitation => Accept(Invited(invitation), invitation),
        11 => Grant(n % 2 == 0 ? world.Any<Person>(n, p => p.Role == World.OperatorRole) : me, other, n % 50 + 1),
        _ => n % 3 == 0 ? DeleteAccount(me) : Spend(me, n % 5 + 1),
    };

    // Which one they mean to leave can be said: of another than theirs, nothing comes.
    private Step Leave(Person? me, int n)
    {
        var said = n % 3 == 0 && world.Any<Organization>(n) is { } organization ? organization.Key : null;
        var other = me is not null && said is not null && said != me.Org;
        return new(me?.Key, $"select public.leave_organization({(said is null ? "" : Loading.Text(said))})",
            me is null ? Denied : other ? null : me.Org is null ? "RC009" : Standing.IsLastAdministrator(world, me) ? "RC003" : null,
            other ? "false" : "true", (w, _) =>
            {
                if (!other)
                {
                    Changes.Leave(w, me!);
                }
            });
    }

    private Step Remove(Person? me, Person other) => Colleague(me, other, $"select public.remove_member('{other.Key}')",
        Standing.IsLastAdministrator(world, other) ? "RC003" : null, w => Changes.Leave(w, other, me?.Key));

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
        var email = other.Email == "" ? "new@model" : other.Email;
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

    private Person? Invited(Invitation invitation) => world.All<Person>().FirstOrDefault(p => p.Email == invitation.Email);

    private Step Accept(Person? me, Invitation? invitation)
    {
        var valid = me is not null && invitation is { Accepted: false, Expired: false } && me.Verified && invitation.Email == me.Email
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

    private static string Money(decimal amount) => amount.ToString("0.00", CultureInfo.InvariantCulture);
}
