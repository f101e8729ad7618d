// Converts the adapters of TrackHAR (CC0-1.0) into catalogue/adapters/trackhar.yaml. The same package gives the same file.
//
//   npm install --prefix /tmp/trackhar trackhar@1.0.0
//   node crates/shuhi-items/tools/convert_trackhar.mjs /tmp/trackhar 2026-11-28 > catalogue/adapters/trackhar.yaml
//
// TrackHAR says step by step how a request is decoded and then where in the result something stands. Our decoder follows encodings by itself, so that
// steps fall away and only names are left: each variable of its steps is followed back to a place in the request. What cannot be said so (filters over
// neighbouring values, splitting at separators) is left out and listed under `left_out`.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , prefix, retrievedOn] = process.argv;
if (!prefix || !/^\d{4}-\d{2}-\d{2}$/.test(retrievedOn ?? '')) {
    console.error('usage: node convert_trackhar.mjs FOLDER-GIVEN-TO-NPM-AS-PREFIX DATE > catalogue/adapters/trackhar.yaml');
    process.exit(2);
}
const folder = join(prefix, 'node_modules', 'trackhar');
const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const code = join(folder, 'dist', 'index.js');
const { adapters } = await import(pathToFileURL(code).href);

// Their property: ours.
const properties = {
    accelerometerX: 'sensor_value', accelerometerY: 'sensor_value', accelerometerZ: 'sensor_value', advertisingId: 'advertising_id', appId: 'app_id',
    appName: 'app_name', appVersion: 'app_version', architecture: 'device_capability', batteryLevel: 'device_state', browserId: 'client_id',
    browserWindowHeight: 'viewport_height', browserWindowWidth: 'viewport_width', campaignCreative: 'campaign', campaignCreativePosition: 'campaign',
    campaignMedium: 'campaign', campaignName: 'campaign', campaignSource: 'campaign', campaignTerm: 'campaign', carrier: 'carrier',
    consentState: 'consent_state', country: 'country', currency: 'currency', developerScopedId: 'vendor_id', deviceId: 'device_id',
    deviceName: 'device_name', diskFree: 'device_state', diskTotal: 'device_capability', diskUsed: 'device_state', errorInformation: 'error_information',
    hashedAdvertisingId: 'advertising_id_hash', installationId: 'installation_id', installTime: 'first_visit_time', interactedElement: 'click_target',
    isAutomated: 'bot_detection', isCharging: 'device_state', isConversion: 'conversion', isDntEnabled: 'do_not_track', isEmulator: 'device_state',
    isFirstLaunch: 'session_count', isInDarkMode: 'dark_mode', isInForeground: 'device_state', isJsEnabled: 'browser_features',
    isMobileDevice: 'is_mobile', isRoaming: 'device_state', isRooted: 'device_state', isUserActive: 'time_spent', isUserInactive: 'time_spent',
    language: 'language', lastActivityTime: 'last_visit_time', latitude: 'latitude', localIp: 'local_ip', longitude: 'longitude',
    macAddress: 'mac_address', manufacturer: 'device_manufacturer', model: 'device_model', networkConnectionType: 'connection_type',
    orientation: 'orientation', osName: 'os_name', osVersion: 'os_version', otherIdentifiers: 'identifier', pageHeight: 'viewport_height',
    pageWidth: 'viewport_width', propertyId: 'account_id', publicIp: 'public_ip', pushNotificationToken: 'push_token', ramFree: 'device_state',
    ramTotal: 'device_capability', ramUsed: 'device_state', referer: 'referrer', revenue: 'order_value', rotationX: 'sensor_value',
    rotationY: 'sensor_value', rotationZ: 'sensor_value', screenColorDepth: 'color_depth', screenHeight: 'screen_height', screenWidth: 'screen_width',
    scrollPositionX: 'scroll_position', scrollPositionY: 'scroll_position', segment: 'user_segment', sessionCount: 'session_count',
    sessionDuration: 'time_spent', sessionId: 'session_id', signalStrengthCellular: 'device_state', signalStrengthWifi: 'device_state',
    startTime: 'app_event_time', state: 'region', timeSpent: 'time_spent', timezone: 'time_zone', trackerSdkVersion: 'sdk_version',
    uptime: 'device_state', userAction: 'event_name', userActionSource: 'event_detail', userActiveTime: 'time_spent', userAgent: 'user_agent',
    userGender: 'gender', userId: 'recipient_user_id', userInterests: 'user_segment', viewedPage: 'page_url', viewedPageCategory: 'page_category',
    viewedPageKeywords: 'page_keywords', viewedPageLanguage: 'setting', volume: 'device_state', websiteName: 'site_name', websiteUrl: 'page_url',
};

const leftOut = [];
const yaml = (text) => `'${String(text).replaceAll("'", "''")}'`;
const flat = (value) => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

// The names of a JSONPath, `*` for any one and `**` for any number; undefined where it does more.
function names(path) {
    let rest = path.replace(/^\$\.?/, '');
    const found = [];
    while (rest) {
        const step = rest.match(/^\.\.?|^\[\s*(?:"([^"]*)"|'([^']*)'|(\d+)|(\*))\s*\]|^\[\?.*?\)\]|^[^.[\]]+/);
        if (!step) return undefined;
        rest = rest.slice(step[0].length);
        if (step[0] === '.') continue;
        if (step[0] === '..') found.push('**');
        else if (step[0].startsWith('[?')) found.push(filtered(step[0]));
        else found.push(step[1] ?? step[2] ?? step[3] ?? step[4] ?? step[0]);
    }
    return found;
}

// A filter that only looks at the name, as a name with `*`; any other as it is.
function filtered(filter) {
    const begins = filter.match(/^\[\?\(@property\.startsWith\(["']([^"']+)["']\)\)\]$/);
    if (begins) return `${begins[1]}*`;
    const matches = filter.match(/^\[\?\(@property\.match\(\/\^([\w.*\\+]+)\$\/i?\)\)\]$/);
    const glob = matches?.[1].replaceAll('\\d+', '*').replaceAll('.*', '*');
    return glob && /^[\w*]+$/.test(glob) ? glob : { filter };
}

// A place in a request: the area, names, and whether lists may be absent (Protocol Buffers without a schema, `ensureArray`).
const place = (area, steps = [], loose = false, form = false) => ({ area, steps, loose, form });

// Follows the decoding steps: which variable stands for which place.
function follow(adapter) {
    const state = new Map([['header', place('header')], ['cookie', place('cookie')], ['query', place('query')], ['body', place('body')], ['path', place('path')]]);
    const at = (path) => {
        const steps = names(path);
        if (!steps || steps.some((step) => typeof step !== 'string')) return undefined;
        for (let length = steps.length; length > 0; length--) {
            const known = state.get(steps.slice(0, length).join('.'));
            if (known === null) return undefined;
            if (known) return { ...known, steps: [...known.steps, ...steps.slice(length)] };
        }
        return undefined;
    };
    for (const step of adapter.decodingSteps) {
        const input = at(step.input ?? step.mapInput);
        const put = (value) => state.set(names(step.output).join('.'), value ?? null);
        if (!input) { put(null); continue; }
        switch (step.function) {
            case 'parseQueryString':
                put(input.area === 'path' ? place('query', [], false, true) : { ...input, form: true });
                break;
            case 'parseJson': case 'decodeBase64': case 'decodeUrl': case 'gunzip':
                put({ ...input, form: false });
                break;
            case 'decodeProtobuf': case 'ensureArray':
                put({ ...input, loose: true });
                break;
            case 'decodeJwt':
                put({ ...input, steps: [...input.steps, 'payload'] });
                break;
            case 'getProperty': {
                const steps = names(step.options.path);
                if (!steps) { put(null); break; }
                // Which kind of log an event is told by its neighbour: names in JSON tell that by themselves, numbers of fields do not.
                const filtered = steps.some((name) => typeof name !== 'string');
                const json = /JsonProto3$/.test(step.options.path);
                if (filtered && !json) { put(null); break; }
                put({ ...input, steps: [...input.steps, ...steps.map((name) => (typeof name === 'string' ? name : '*'))] });
                break;
            }
            default:
                put(null);
        }
    }
    return { state, at };
}

const written = (name) => (/^(\*\*|[^."\s#]+)$/.test(name) && name !== '' ? name : `"${name}"`);

// The patterns for a place: forms may also write `a[b]` for what is nested.
function patterns(found) {
    const steps = found.steps.map((name) => (name === '*' && found.loose ? '**' : name));
    const area = found.area;
    if (found.steps.some((name) => name.includes('"'))) return [];
    const nested = [area, ...(area === 'header' ? steps.map((name) => name.toLowerCase()) : steps).map(written)].join('.');
    if (found.form && steps.length > 1 && !steps.some((name) => name.includes('*'))) {
        const [first, ...rest] = steps;
        return [nested, `${area}."${first}${rest.map((name) => `[${name}]`).join('')}"`];
    }
    return [nested];
}

// An expression in Rust's syntax: braces that repeat nothing are escaped, capitals ignored without Unicode tables.
function expression(condition) {
    if (typeof condition === 'string') return `^${condition.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;
    const source = condition.source.replace(/(\\.)|\{(?!\d+(,\d*)?\})/g, (whole, escaped) => escaped ?? '\\{').replace(/(\\.)|(\[[^\]]*\])|(\{\d+(?:,\d*)?\})|\}/g, (whole, escaped, group, repeat) => escaped ?? group ?? repeat ?? '\\}');
    return condition.flags.includes('i') ? `(?i-u:${source})` : source;
}

function because(reasoning) {
    if (/^https?:/.test(reasoning)) return reasoning;
    if (reasoning.endsWith('.md')) return reasoning;
    return reasoning === 'obvious property name' ? 'name' : 'observed';
}

const lines = [];
let converted = 0;
for (const adapter of adapters) {
    const id = `trackhar-${adapter.tracker.slug}-${adapter.slug}`.toLowerCase().replace(/[^a-z0-9-]+/g, '-');
    const { at } = follow(adapter);
    const reads = new Map();
    for (const [theirs, paths] of Object.entries(adapter.containedDataPaths)) {
        const property = properties[theirs];
        for (const path of flat(paths)) {
            // The path as a whole says too little.
            const where = `${path.context}.${path.path}`;
            const found = path.path === '$' ? undefined : at(`res.${path.context}.${path.path.replace(/^\$\.?/, '')}`);
            const places = found ? patterns(found) : [];
            if (!property || places.length === 0) {
                leftOut.push(`${id}: ${theirs} at ${where}`);
                continue;
            }
            const key = JSON.stringify([property, path.onlyIf && expression(path.onlyIf), path.notIf && expression(path.notIf), because(path.reasoning)]);
            reads.set(key, [...(reads.get(key) ?? []), ...places.filter((one) => !(reads.get(key) ?? []).includes(one))]);
        }
    }
    if (reads.size === 0) {
        leftOut.push(`${id}: all of it`);
        continue;
    }
    converted++;
    const name = `${adapter.tracker.name}: ${adapter.slug}`;
    lines.push(`  - id: ${id}`, `    name: {ja: ${yaml(name)}, en: ${yaml(name)}}`, '    match:');
    for (const endpoint of flat(adapter.endpointUrls)) {
        const source = typeof endpoint === 'string' ? `^${endpoint.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$` : expression(endpoint);
        lines.push(`      - url: ${yaml(source)}`);
    }
    lines.push('    read:');
    const byProperty = new Map();
    for (const [key, places] of reads) {
        const [property, only, unless, reason] = JSON.parse(key);
        byProperty.set(property, [...(byProperty.get(property) ?? []), { places, only, unless, reason }]);
    }
    for (const [property, entries] of byProperty) {
        lines.push(`      ${property}:`);
        for (const { places, only, unless, reason } of entries) {
            const conditions = [only && `only: ${yaml(only)}`, unless && `unless: ${yaml(unless)}`].filter(Boolean);
            lines.push(`        - {${[`at: [${places.map(yaml).join(', ')}]`, ...conditions, `because: ${yaml(reason)}`].join(', ')}}`);
        }
    }
}

const hash = createHash('sha256').update(readFileSync(code)).digest('hex');
console.log(`# Adapters of TrackHAR, dedicated to the public domain under CC0-1.0 by its authors (the tweasel project). Made by
# crates/shuhi-items/tools/convert_trackhar.mjs; not to be edited by hand. ${converted} of ${adapters.length} adapters.
set:
  name: trackhar
  version: ${yaml(version)}
  licence: CC0-1.0
  retrieved_on: ${retrievedOn}
  sha256: ${hash}
  left_out:`);
for (const line of leftOut) console.log(`    - ${yaml(line)}`);
console.log('adapters:');
console.log(lines.join('\n'));
