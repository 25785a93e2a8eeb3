// Express: its requests and responses, and the parsers of bodies.
//
// Made by js-prelude/dialects/express/build.mjs from the packages in package-lock.json beside it, whose licences are in LICENSES. Not written by hand.
//
// Invariant: it knows nothing of the host but Node's built-in modules.

(function () {
const { internals } = __bootstrap;
const require = (name) => internals.nodeBuiltIn(name.startsWith("node:") ? name.slice(5) : name);
const { Buffer } = require("buffer");
const process = require("process");
"use strict";var exports=(()=>{var __getOwnPropNames=Object.getOwnPropertyNames;var __require=(x=>typeof require<"u"?require:typeof Proxy<"u"?new Proxy(x,{get:(a,b)=>(typeof require<"u"?require:a)[b]}):x)(function(x){if(typeof require<"u")return require.apply(this,arguments);throw Error('Dynamic require of "'+x+'" is not supported')});var __commonJS=(cb,mod)=>function(){try{return mod||(0,cb[__getOwnPropNames(cb)[0]])((mod={exports:{}}).exports,mod),mod.exports}catch(e){throw mod=0,e}};var require_debug=__commonJS({"shims/debug.cjs"(exports,module){"use strict";module.exports=()=>Object.assign(()=>{},{enabled:!1})}});var require_depd=__commonJS({"shims/depd.cjs"(exports,module){"use strict";module.exports=function(namespace){let told=new Set,deprecate=message=>{told.has(message)||(told.add(message),console.warn(`${namespace} deprecated ${message}`))};return deprecate.function=fn=>fn,deprecate.property=()=>{},deprecate}}});var require_setprototypeof=__commonJS({"../../../target/express-bundle/node_modules/setprototypeof/index.js"(exports,module){"use strict";module.exports=Object.setPrototypeOf||({__proto__:[]}instanceof Array?setProtoOf:mixinProperties);function setProtoOf(obj,proto){return obj.__proto__=proto,obj}function mixinProperties(obj,proto){for(var prop in proto)Object.prototype.hasOwnProperty.call(obj,prop)||(obj[prop]=proto[prop]);return obj}}});var require_codes=__commonJS({"../../../target/express-bundle/node_modules/statuses/codes.json"(exports,module){module.exports={"100":"Continue","101":"Switching Protocols","102":"Processing","103":"Early Hints","200":"OK","201":"Created","202":"Accepted","203":"Non-Authoritative Information","204":"No Content","205":"Reset Content","206":"Partial Content","207":"Multi-Status","208":"Already Reported","226":"IM Used","300":"Multiple Choices","301":"Moved Permanently","302":"Found","303":"See Other","304":"Not Modified","305":"Use Proxy","307":"Temporary Redirect","308":"Permanent Redirect","400":"Bad Request","401":"Unauthorized","402":"Payment Required","403":"Forbidden","404":"Not Found","405":"Method Not Allowed","406":"Not Acceptable","407":"Proxy Authentication Required","408":"Request Timeout","409":"Conflict","410":"Gone","411":"Length Required","412":"Precondition Failed","413":"Payload Too Large","414":"URI Too Long","415":"Unsupported Media Type","416":"Range Not Satisfiable","417":"Expectation Failed","418":"I'm a Teapot","421":"Misdirected Request","422":"Unprocessable Entity","423":"Locked","424":"Failed Dependency","425":"Too Early","426":"Upgrade Required","428":"Precondition Required","429":"Too Many Requests","431":"Request Header Fields Too Large","451":"Unavailable For Legal Reasons","500":"Internal Server Error","501":"Not Implemented","502":"Bad Gateway","503":"Service Unavailable","504":"Gateway Timeout","505":"HTTP Version Not Supported","506":"Variant Also Negotiates","507":"Insufficient Storage","508":"Loop Detected","509":"Bandwidth Limit Exceeded","510":"Not Extended","511":"Network Authentication Required"}}});var require_statuses=__commonJS({"../../../target/express-bundle/node_modules/statuses/index.js"(exports,module){"use strict";var codes=require_codes();module.exports=status;status.message=codes;status.code=createMessageToStatusCodeMap(codes);status.codes=createStatusCodeList(codes);status.redirect={300:!0,301:!0,302:!0,303:!0,305:!0,307:!0,308:!0};status.empty={204:!0,205:!0,304:!0};status.retry={502:!0,503:!0,504:!0};function createMessageToStatusCodeMap(codes2){var map={};return Object.keys(codes2).forEach(function(code){var message=codes2[code],status2=Number(code);map[message.toLowerCase()]=status2}),map}function createStatusCodeList(codes2){return Object.keys(codes2).map(function(code){return Number(code)})}function getStatusCode(message){var msg=message.toLowerCase();if(!Object.prototype.hasOwnProperty.call(status.code,msg))throw new Error('invalid status message: "'+message+'"');return status.code[msg]}function getStatusMessage(code){if(!Object.prototype.hasOwnProperty.call(status.message,code))throw new Error("invalid status code: "+code);return status.message[code]}function status(code){if(typeof code=="number")return getStatusMessage(code);if(typeof code!="string")throw new TypeError("code must be a number or string");var n=parseInt(code,10);return isNaN(n)?getStatusCode(code):getStatusMessage(n)}}});var require_inherits_browser=__commonJS({"../../../target/express-bundle/node_modules/inherits/inherits_browser.js"(exports,module){typeof Object.create=="function"?module.exports=function(ctor,superCtor){superCtor&&(ctor.super_=superCtor,ctor.prototype=Object.create(superCtor.prototype,{constructor:{value:ctor,enumerable:!1,writable:!0,configurable:!0}}))}:module.exports=function(ctor,superCtor){if(superCtor){ctor.super_=superCtor;var TempCtor=function(){};TempCtor.prototype=superCtor.prototype,ctor.prototype=new TempCtor,ctor.prototype.constructor=ctor}}}});var require_inherits=__commonJS({"../../../target/express-bundle/node_modules/inherits/inherits.js"(exports,module){try{if(util=__require("util"),typeof util.inherits!="function")throw"";module.exports=util.inherits}catch{module.exports=require_inherits_browser()}var util}});var require_toidentifier=__commonJS({"../../../target/express-bundle/node_modules/toidentifier/index.js"(exports,module){"use strict";module.exports=toIdentifier;function toIdentifier(str){return str.split(" ").map(function(token){return token.slice(0,1).toUpperCase()+token.slice(1)}).join("").replace(/[^ _0-9a-z]/gi,"")}}});var require_http_errors=__commonJS({"../../../target/express-bundle/node_modules/http-errors/index.js"(exports,module){"use strict";var deprecate=require_depd()("http-errors"),setPrototypeOf=require_setprototypeof(),statuses=require_statuses(),inherits=require_inherits(),toIdentifier=require_toidentifier();module.exports=createError;module.exports.HttpError=createHttpErrorConstructor();module.exports.isHttpError=createIsHttpErrorFunction(module.exports.HttpError);populateConstructorExports(module.exports,statuses.codes,module.exports.HttpError);function codeClass(status){return+(String(status).charAt(0)+"00")}function createError(){for(var err,msg,status=500,props={},i=0;i<arguments.length;i++){var arg=arguments[i],type=typeof arg;if(type==="object"&&arg instanceof Error)err=arg,status=err.status||err.statusCode||status;else if(type==="number"&&i===0)status=arg;else if(type==="string")msg=arg;else if(type==="object")props=arg;else throw new TypeError("argument #"+(i+1)+" unsupported type "+type)}typeof status=="number"&&(status<400||status>=600)&&deprecate("non-error status code; use only 4xx or 5xx status codes"),(typeof status!="number"||!statuses.message[status]&&(status<400||status>=600))&&(status=500);var HttpError=createError[status]||createError[codeClass(status)];err||(err=HttpError?new HttpError(msg):new Error(msg||statuses.message[status]),Error.captureStackTrace(err,createError)),(!HttpError||!(err instanceof HttpError)||err.status!==status)&&(err.expose=status<500,err.status=err.statusCode=status);for(var key in props)key!=="status"&&key!=="statusCode"&&(err[key]=props[key]);return err}function createHttpErrorConstructor(){function HttpError(){throw new TypeError("cannot construct abstract class")}return inherits(HttpError,Error),HttpError}function createClientErrorConstructor(HttpError,name,code){var className=toClassName(name);function ClientError(message){var msg=message??statuses.message[code],err=new Error(msg);return Error.captureStackTrace(err,ClientError),setPrototypeOf(err,ClientError.prototype),Object.defineProperty(err,"message",{enumerable:!0,configurable:!0,value:msg,writable:!0}),Object.defineProperty(err,"name",{enumerable:!1,configurable:!0,value:className,writable:!0}),err}return inherits(ClientError,HttpError),nameFunc(ClientError,className),ClientError.prototype.status=code,ClientError.prototype.statusCode=code,ClientError.prototype.expose=!0,ClientError}function createIsHttpErrorFunction(HttpError){return function(val){return!val||typeof val!="object"?!1:val instanceof HttpError?!0:val instanceof Error&&typeof val.expose=="boolean"&&typeof val.statusCode=="number"&&val.status===val.statusCode}}function createServerErrorConstructor(HttpError,name,code){var className=toClassName(name);function ServerError(message){var msg=message??statuses.message[code],err=new Error(msg);return Error.captureStackTrace(err,ServerError),setPrototypeOf(err,ServerError.prototype),Object.defineProperty(err,"message",{enumerable:!0,configurable:!0,value:msg,writable:!0}),Object.defineProperty(err,"name",{enumerable:!1,configurable:!0,value:className,writable:!0}),err}return inherits(ServerError,HttpError),nameFunc(ServerError,className),ServerError.prototype.status=code,ServerError.prototype.statusCode=code,ServerError.prototype.expose=!1,ServerError}function nameFunc(func,name){var desc=Object.getOwnPropertyDescriptor(func,"name");desc&&desc.configurable&&(desc.value=name,Object.defineProperty(func,"name",desc))}function populateConstructorExports(exports2,codes,HttpError){codes.forEach(function(code){var CodeError,name=toIdentifier(statuses.message[code]);switch(codeClass(code)){case 400:CodeError=createClientErrorConstructor(HttpError,name,code);break;case 500:CodeError=createServerErrorConstructor(HttpError,name,code);break}CodeError&&(exports2[code]=CodeError,exports2[name]=CodeError)})}function toClassName(name){return name.slice(-5)==="Error"?name:name+"Error"}}});var require_bytes=__commonJS({"../../../target/express-bundle/node_modules/bytes/index.js"(exports,module){"use strict";module.exports=bytes;module.exports.format=format;module.exports.parse=parse;var formatThousandsRegExp=/\B(?=(\d{3})+(?!\d))/g,formatDecimalsRegExp=/(?:\.0*|(\.[^0]+)0+)$/,map={b:1,kb:1024,mb:1<<20,gb:1<<30,tb:Math.pow(1024,4),pb:Math.pow(1024,5)},parseRegExp=/^((-|\+)?(\d+(?:\.\d+)?)) *(kb|mb|gb|tb|pb)$/i;function bytes(value,options){return typeof value=="string"?parse(value):typeof value=="number"?format(value,options):null}function format(value,options){if(!Number.isFinite(value))return null;var mag=Math.abs(value),thousandsSeparator=options&&options.thousandsSeparator||"",unitSeparator=options&&options.unitSeparator||"",decimalPlaces=options&&options.decimalPlaces!==void 0?options.decimalPlaces:2,fixedDecimals=!!(options&&options.fixedDecimals),unit=options&&options.unit||"";(!unit||!map[unit.toLowerCase()])&&(mag>=map.pb?unit="PB":mag>=map.tb?unit="TB":mag>=map.gb?unit="GB":mag>=map.mb?unit="MB":mag>=map.kb?unit="KB":unit="B");var val=value/map[unit.toLowerCase()],str=val.toFixed(decimalPlaces);return fixedDecimals||(str=str.replace(formatDecimalsRegExp,"$1")),thousandsSeparator&&(str=str.split(".").map(function(s,i){return i===0?s.replace(formatThousandsRegExp,thousandsSeparator):s}).join(".")),str+unitSeparator+unit}function parse(val){if(typeof val=="number"&&!isNaN(val))return val;if(typeof val!="string")return null;var results=parseRegExp.exec(val),floatValue,unit="b";return results?(floatValue=parseFloat(results[1]),unit=results[4].toLowerCase()):(floatValue=parseInt(val,10),unit="b"),isNaN(floatValue)?null:Math.floor(map[unit]*floatValue)}}});var require_iconv=__commonJS({"shims/iconv.cjs"(exports,module){"use strict";var{Buffer:Buffer2}=__require("node:buffer"),BYTES=new Set(["latin1","iso-8859-1","iso88591","binary","ascii","us-ascii"]);function decoderOf(encoding){let name=String(encoding).toLowerCase();if(BYTES.has(name))return{write:bytes=>Buffer2.from(bytes).toString("latin1"),end:()=>""};let decoder;try{decoder=new TextDecoder(name)}catch{throw new Error(`Encoding not recognized: '${encoding}' (searched as: '${name}')`)}return{write:bytes=>decoder.decode(bytes,{stream:!0}),end:()=>decoder.decode()}}function encodingExists(encoding){try{return decoderOf(encoding),!0}catch{return!1}}function decode(bytes,encoding){let decoder=decoderOf(encoding);return decoder.write(bytes)+decoder.end()}module.exports={decode,encodingExists,getDecoder:decoderOf}}});var require_unpipe=__commonJS({"../../../target/express-bundle/node_modules/unpipe/index.js"(exports,module){"use strict";module.exports=unpipe;function hasPipeDataListeners(stream){for(var listeners=stream.listeners("data"),i=0;i<listeners.length;i++)if(listeners[i].name==="ondata")return!0;return!1}function unpipe(stream){if(!stream)throw new TypeError("argument stream is required");if(typeof stream.unpipe=="function"){stream.unpipe();return}if(hasPipeDataListeners(stream))for(var listener,listeners=stream.listeners("close"),i=0;i<listeners.length;i++)listener=listeners[i],!(listener.name!=="cleanup"&&listener.name!=="onclose")&&listener.call(stream)}}});var require_raw_body=__commonJS({"../../../target/express-bundle/node_modules/raw-body/index.js"(exports,module){"use strict";var asyncHooks=tryRequireAsyncHooks(),bytes=require_bytes(),createError=require_http_errors(),iconv=require_iconv(),unpipe=require_unpipe();module.exports=getRawBody;var ICONV_ENCODING_MESSAGE_REGEXP=/^Encoding not recognized: /;function getDecoder(encoding){if(!encoding)return null;try{return iconv.getDecoder(encoding)}catch(e){throw ICONV_ENCODING_MESSAGE_REGEXP.test(e.message)?createError(415,"specified encoding unsupported",{encoding,type:"encoding.unsupported"}):e}}function getRawBody(stream,options,callback){var done=callback,opts=options||{};if(stream===void 0)throw new TypeError("argument stream is required");if(typeof stream!="object"||stream===null||typeof stream.on!="function")throw new TypeError("argument stream must be a stream");if((options===!0||typeof options=="string")&&(opts={encoding:options}),typeof options=="function"&&(done=options,opts={}),done!==void 0&&typeof done!="function")throw new TypeError("argument callback must be a function");if(!done&&!global.Promise)throw new TypeError("argument callback is required");var encoding=opts.encoding!==!0?opts.encoding:"utf-8",limit=bytes.parse(opts.limit),length=opts.length!=null&&!isNaN(opts.length)?parseInt(opts.length,10):null;return done?readStream(stream,encoding,length,limit,wrap(done)):new Promise(function(resolve,reject){readStream(stream,encoding,length,limit,function(err,buf){if(err)return reject(err);resolve(buf)})})}function halt(stream){unpipe(stream),typeof stream.pause=="function"&&stream.pause()}function readStream(stream,encoding,length,limit,callback){var complete=!1,sync=!0;if(limit!==null&&length!==null&&length>limit)return done(createError(413,"request entity too large",{expected:length,length,limit,type:"entity.too.large"}));var state=stream._readableState;if(stream._decoder||state&&(state.encoding||state.decoder))return done(createError(500,"stream encoding should not be set",{type:"stream.encoding.set"}));if(typeof stream.readable<"u"&&!stream.readable)return done(createError(500,"stream is not readable",{type:"stream.not.readable"}));var received=0,decoder;try{decoder=getDecoder(encoding)}catch(err){return done(err)}var buffer=decoder?"":[];stream.on("aborted",onAborted),stream.on("close",cleanup),stream.on("data",onData),stream.on("end",onEnd),stream.on("error",onEnd),sync=!1;function done(){for(var args=new Array(arguments.length),i=0;i<args.length;i++)args[i]=arguments[i];complete=!0,sync?process.nextTick(invokeCallback):invokeCallback();function invokeCallback(){cleanup(),args[0]&&halt(stream),callback.apply(null,args)}}function onAborted(){complete||done(createError(400,"request aborted",{code:"ECONNABORTED",expected:length,length,received,type:"request.aborted"}))}function onData(chunk){complete||(received+=chunk.length,limit!==null&&received>limit?done(createError(413,"request entity too large",{limit,received,type:"entity.too.large"})):decoder?buffer+=decoder.write(chunk):buffer.push(chunk))}function onEnd(err){if(!complete){if(err)return done(err);if(length!==null&&received!==length)done(createError(400,"request size did not match content length",{expected:length,length,received,type:"request.size.invalid"}));else{var string=decoder?buffer+(decoder.end()||""):Buffer.concat(buffer);done(null,string)}}}function cleanup(){buffer=null,stream.removeListener("aborted",onAborted),stream.removeListener("data",onData),stream.removeListener("end",onEnd),stream.removeListener("error",onEnd),stream.removeListener("close",cleanup)}}function tryRequireAsyncHooks(){try{return __require("async_hooks")}catch{return{}}}function wrap(fn){var res;return asyncHooks.AsyncResource&&(res=new asyncHooks.AsyncResource(fn.name||"bound-anonymous-fn")),!res||!res.runInAsyncScope?fn:res.runInAsyncScope.bind(res,fn,null)}}});var require_raw_body2=__commonJS({"shims/raw_body.cjs"(exports,module){"use strict";var bytes=require_bytes(),createError=require_http_errors(),iconv=require_iconv(),readStream=require_raw_body();module.exports=function(stream,options,done){if(stream.wholeBody===void 0)return readStream(stream,options,done);let{wholeBody}=stream,{encoding}=options,limit=bytes.parse(options.limit);return limit!==null&&wholeBody.length>limit?done(createError(413,"request entity too large",{expected:wholeBody.length,length:wholeBody.length,limit,type:"entity.too.large"})):encoding?iconv.encodingExists(encoding)?done(null,iconv.decode(wholeBody,encoding)):done(createError(415,"specified encoding unsupported",{encoding,type:"encoding.unsupported"})):done(null,wholeBody)}}});var require_ee_first=__commonJS({"../../../target/express-bundle/node_modules/ee-first/index.js"(exports,module){"use strict";module.exports=first;function first(stuff,done){if(!Array.isArray(stuff))throw new TypeError("arg must be an array of [ee, events...] arrays");for(var cleanups=[],i=0;i<stuff.length;i++){var arr=stuff[i];if(!Array.isArray(arr)||arr.length<2)throw new TypeError("each array member must be [ee, events...]");for(var ee=arr[0],j=1;j<arr.length;j++){var event=arr[j],fn=listener(event,callback);ee.on(event,fn),cleanups.push({ee,event,fn})}}function callback(){cleanup(),done.apply(null,arguments)}function cleanup(){for(var x,i2=0;i2<cleanups.length;i2++)x=cleanups[i2],x.ee.removeListener(x.event,x.fn)}function thunk(fn2){done=fn2}return thunk.cancel=cleanup,thunk}function listener(event,done){return function(arg1){for(var args=new Array(arguments.length),ee=this,err=event==="error"?arg1:null,i=0;i<args.length;i++)args[i]=arguments[i];done(err,ee,event,args)}}}});var require_on_finished=__commonJS({"../../../target/express-bundle/node_modules/on-finished/index.js"(exports,module){"use strict";module.exports=onFinished;module.exports.isFinished=isFinished;var asyncHooks=tryRequireAsyncHooks(),first=require_ee_first(),defer=typeof setImmediate=="function"?setImmediate:function(fn){process.nextTick(fn.bind.apply(fn,arguments))};function onFinished(msg,listener){return isFinished(msg)!==!1?(defer(listener,null,msg),msg):(attachListener(msg,wrap(listener)),msg)}function isFinished(msg){var socket=msg.socket,finished=writableEnded(msg);if(typeof finished=="boolean")return!!(finished||socket&&!socket.writable);if(typeof msg.complete=="boolean")return!!(msg.upgrade||!socket||!socket.readable||msg.complete&&!msg.readable)}function attachFinishedListener(msg,callback){var eeMsg,eeSocket,finished=!1;function onFinish(error){eeMsg.cancel(),eeSocket.cancel(),finished=!0,callback(error)}eeMsg=eeSocket=first([[msg,"end","finish"]],onFinish);function onSocket(socket){msg.removeListener("socket",onSocket),!finished&&eeMsg===eeSocket&&(eeSocket=first([[socket,"error","close"]],onFinish))}if(msg.socket){onSocket(msg.socket);return}msg.on("socket",onSocket),msg.socket===void 0&&patchAssignSocket(msg,onSocket)}function attachListener(msg,listener){var attached=msg.__onFinished;(!attached||!attached.queue)&&(attached=msg.__onFinished=createListener(msg),attachFinishedListener(msg,attached)),attached.queue.push(listener)}function createListener(msg){function listener(err){if(msg.__onFinished===listener&&(msg.__onFinished=null),!!listener.queue){var queue=listener.queue;listener.queue=null;for(var i=0;i<queue.length;i++)queue[i](err,msg)}}return listener.queue=[],listener}function patchAssignSocket(res,callback){var assignSocket=res.assignSocket;typeof assignSocket=="function"&&(res.assignSocket=function(socket){assignSocket.call(this,socket),callback(socket)})}function tryRequireAsyncHooks(){try{return __require("async_hooks")}catch{return{}}}function wrap(fn){var res;return asyncHooks.AsyncResource&&(res=new asyncHooks.AsyncResource(fn.name||"bound-anonymous-fn")),!res||!res.runInAsyncScope?fn:res.runInAsyncScope.bind(res,fn,null)}function writableEnded(res){return typeof res.writableEnded=="boolean"?res.writableEnded:res.finished}}});var require_late=__commonJS({"shims/late.cjs"(exports){"use strict";var late=(load,names)=>Object.fromEntries(names.map(name=>[name,(...given)=>load()[name](...given)]));exports.crypto=late(()=>__require("node:crypto"),["createHash","createHmac","timingSafeEqual"]);exports.fs=late(()=>__require("fs"),["readFileSync"]);exports.zlib=late(()=>__require("node:zlib"),["createBrotliDecompress","createGunzip","createInflate"])}});var require_zlib=__commonJS({"late:zlib"(exports,module){module.exports=require_late().zlib}});var require_dist=__commonJS({"../../../target/express-bundle/node_modules/content-type/dist/index.js"(exports){"use strict";Object.defineProperty(exports,"__esModule",{value:!0});exports.format=format;exports.parse=parse;var TEXT_REGEXP=/^[\u0009\u0020-\u007e\u0080-\u00ff]*$/,TOKEN_REGEXP=/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/,QUOTE_REGEXP=/[\\"]/g,TYPE_REGEXP=/^[!#$%&'*+.^_`|~0-9A-Za-z-]+\/[!#$%&'*+.^_`|~0-9A-Za-z-]+$/,NullObject=(()=>{let C=function(){};return C.prototype=Object.create(null),C})();function format(obj){let{type,parameters}=obj;if(!type||!TYPE_REGEXP.test(type))throw new TypeError(`Invalid type: ${type}`);let result=type;if(parameters)for(let param of Object.keys(parameters)){if(!TOKEN_REGEXP.test(param))throw new TypeError(`Invalid parameter name: ${param}`);result+=`; ${param}=${qstring(parameters[param])}`}return result}function parse(header,options){let stopChar=options?.comma===!0?COMMA:65536,len=header.length,index=skipOWS(header,options?.start??0,len),valueStart=index;index=skipValue(header,index,len,stopChar);let valueEnd=trailingOWS(header,valueStart,index),type=header.slice(valueStart,valueEnd).toLowerCase();return options?.parameters===!1?{type,index,parameters:new NullObject}:parseParameters(header,type,index,len,stopChar)}var SP=32,HTAB=9,SEMI=59,EQ=61,DQUOTE=34,BSLASH=92,COMMA=44;function parseParameters(header,type,index,len,stopChar){let parameters=new NullObject;parameter:for(;index<len&&header.charCodeAt(index)!==stopChar;){index=skipOWS(header,index+1,len);let keyStart=index;for(;index<len;){let code=header.charCodeAt(index);if(code===stopChar)break parameter;if(code===SEMI)continue parameter;if(code===EQ){let keyEnd=trailingOWS(header,keyStart,index),key=header.slice(keyStart,keyEnd).toLowerCase();if(index=skipOWS(header,index+1,len),index<len&&header.charCodeAt(index)===DQUOTE){index++;let value="";for(;index<len;){let code2=header.charCodeAt(index++);if(code2===DQUOTE){index=skipValue(header,index,len,stopChar),parameters[key]===void 0&&(parameters[key]=value);break}if(code2===BSLASH&&index<len){value+=header[index++];continue}value+=String.fromCharCode(code2)}continue parameter}let valueStart=index;if(index=skipValue(header,index,len,stopChar),parameters[key]===void 0){let valueEnd=trailingOWS(header,valueStart,index);parameters[key]=header.slice(valueStart,valueEnd)}continue parameter}index++}}return{type,index,parameters}}function skipValue(str,index,len,stopChar){for(;index<len;){let code=str.charCodeAt(index);if(code===SEMI||code===stopChar)break;index++}return index}function skipOWS(header,index,len){for(;index<len;){let char=header.charCodeAt(index);if(char!==SP&&char!==HTAB)break;index++}return index}function trailingOWS(header,start,end){for(;end>start;){let char=header.charCodeAt(end-1);if(char!==SP&&char!==HTAB)break;end--}return end}function qstring(str){if(TOKEN_REGEXP.test(str))return str;if(TEXT_REGEXP.test(str))return`"${str.replace(QUOTE_REGEXP,"\\$&")}"`;throw new TypeError(`Invalid parameter value: ${str}`)}}});var require_mime_table=__commonJS({"table:mime-table"(exports,module){module.exports={charsets:{"application/3gpdash-qoe-report+xml":"UTF-8","application/beep+xml":"UTF-8","application/cda+xml":"UTF-8","application/elm+json":"UTF-8","application/emergencycalldata.cap+xml":"UTF-8","application/fhir+json":"UTF-8","application/fhir+xml":"UTF-8","application/hl7v2+xml":"UTF-8","application/im-iscomposing+xml":"UTF-8","application/javascript":"UTF-8","application/json":"UTF-8","application/manifest+json":"UTF-8","application/msc-ivr+xml":"UTF-8","application/msc-mixer+xml":"UTF-8","application/news-checkgroups":"US-ASCII","application/news-groupinfo":"US-ASCII","application/pidf+xml":"UTF-8","application/pidf-diff+xml":"UTF-8","application/poc-settings+xml":"UTF-8","application/prs.cyn":"7-BIT","application/vnd.fdsn.stationxml+xml":"XML-BASED","application/vnd.omads-email+xml":"UTF-8","application/vnd.omads-file+xml":"UTF-8","application/vnd.omads-folder+xml":"UTF-8","application/vnd.syncml+xml":"UTF-8","application/vnd.syncml.dm+wbxml":"UTF-8","application/vnd.syncml.dm+xml":"UTF-8","application/vnd.syncml.dmddf+xml":"UTF-8","application/vnd.syncml.dmtnds+xml":"UTF-8","application/vnd.wap.wbxml":"UTF-8","text/css":"UTF-8","text/javascript":"UTF-8","text/n3":"UTF-8","text/parameters":"UTF-8","text/provenance-notation":"UTF-8","text/turtle":"UTF-8","text/vnd.debian.copyright":"UTF-8","text/vnd.esmertec.theme-descriptor":"UTF-8","text/vnd.sun.j2me.app-descriptor":"UTF-8","text/vnd.trolltech.linguist":"UTF-8","text/vtt":"UTF-8"},types:`application/andrew-inset ez 
application/appinstaller appinstaller 
application/applixware aw 
application/appx appx 
application/appxbundle appxbundle 
application/atom+xml atom 
application/atomcat+xml atomcat 
application/atomdeleted+xml atomdeleted 
application/atomsvc+xml atomsvc 
application/atsc-dwd+xml dwd 
application/atsc-held+xml held 
application/atsc-rsat+xml rsat 
application/automationml-aml+xml aml 
application/automationml-amlx+zip amlx 
application/bdoc bdoc 
application/calendar+xml xcs 
application/ccxml+xml ccxml 
application/cdfx+xml cdfx 
application/cdmi-capability cdmia 
application/cdmi-container cdmic 
application/cdmi-domain cdmid 
application/cdmi-object cdmio 
application/cdmi-queue cdmiq 
application/cpl+xml cpl 
application/cu-seeme cu 
application/cwl cwl 
application/dash+xml mpd 
application/dash-patch+xml mpp 
application/davmount+xml davmount 
application/dicom dcm 
application/docbook+xml dbk 
application/dssc+der dssc 
application/dssc+xml xdssc 
application/ecmascript ecma 
application/emma+xml emma 
application/emotionml+xml emotionml 
application/epub+zip epub 
application/exi exi 
application/express exp 
application/fdf fdf 
application/fdt+xml fdt 
application/font-tdpfr pfr 
application/geo+json geojson 
application/gml+xml gml 
application/gpx+xml gpx 
application/gxf gxf 
application/gzip gz 
application/hjson hjson 
application/hyperstudio stk 
application/inkml+xml ink inkml 
application/ipfix ipfix 
application/its+xml its 
application/java-archive ear jar war 
application/java-serialized-object ser 
application/java-vm class 
application/json json map 
application/json5 json5 
application/jsonml+json jsonml 
application/ld+json jsonld 
application/lgr+xml lgr 
application/lost+xml lostxml 
application/mac-binhex40 hqx 
application/mac-compactpro cpt 
application/mads+xml mads 
application/manifest+json webmanifest 
application/marc mrc 
application/marcxml+xml mrcx 
application/mathematica ma mb nb 
application/mathml+xml mathml 
application/mbox mbox 
application/media-policy-dataset+xml mpf 
application/mediaservercontrol+xml mscml 
application/metalink+xml metalink 
application/metalink4+xml meta4 
application/mets+xml mets 
application/mmt-aei+xml maei 
application/mmt-usd+xml musd 
application/mods+xml mods 
application/mp21 m21 mp21 
application/mp4 m4p mp4s 
application/msix msix 
application/msixbundle msixbundle 
application/msword doc dot 
application/mxf mxf 
application/n-quads nq 
application/n-triples nt 
application/node cjs 
application/octet-stream bin bpk buffer deploy dist distz dms dump elc img lrf mar msm msp pkg so 
application/oda oda 
application/oebps-package+xml opf 
application/ogg ogx 
application/omdoc+xml omdoc 
application/onenote one onea onepkg onetmp onetoc onetoc2 
application/oxps oxps 
application/p2p-overlay+xml relo 
application/patch-ops-error+xml xer 
application/pdf pdf 
application/pgp-encrypted pgp 
application/pgp-keys asc 
application/pgp-signature sig 
application/pics-rules prf 
application/pkcs10 p10 
application/pkcs7-mime p7c p7m 
application/pkcs7-signature p7s 
application/pkcs8 p8 
application/pkix-attr-cert ac 
application/pkix-cert cer 
application/pkix-crl crl 
application/pkix-pkipath pkipath 
application/pkixcmp pki 
application/pls+xml pls 
application/postscript ai eps ps 
application/provenance+xml provx 
application/prs.cww cww 
application/prs.xsf+xml xsf 
application/pskc+xml pskcxml 
application/raml+yaml raml 
application/rdf+xml owl rdf 
application/reginfo+xml rif 
application/relax-ng-compact-syntax rnc 
application/resource-lists+xml rl 
application/resource-lists-diff+xml rld 
application/rls-services+xml rs 
application/route-apd+xml rapd 
application/route-s-tsid+xml sls 
application/route-usd+xml rusd 
application/rpki-ghostbusters gbr 
application/rpki-manifest mft 
application/rpki-roa roa 
application/rsd+xml rsd 
application/rss+xml rss 
application/rtf rtf 
application/sbml+xml sbml 
application/scvp-cv-request scq 
application/scvp-cv-response scs 
application/scvp-vp-request spq 
application/scvp-vp-response spp 
application/sdp sdp 
application/senml+xml senmlx 
application/sensml+xml sensmlx 
application/set-payment-initiation setpay 
application/set-registration-initiation setreg 
application/shf+xml shf 
application/sieve sieve siv 
application/smil+xml smi smil 
application/sparql-query rq 
application/sparql-results+xml srx 
application/sql sql 
application/srgs gram 
application/srgs+xml grxml 
application/sru+xml sru 
application/ssdl+xml ssdl 
application/ssml+xml ssml 
application/swid+xml swidtag 
application/tei+xml tei teicorpus 
application/thraud+xml tfi 
application/timestamped-data tsd 
application/toml toml 
application/trig trig 
application/ttml+xml ttml 
application/ubjson ubj 
application/urc-ressheet+xml rsheet 
application/urc-targetdesc+xml td 
application/vnd.1000minds.decision-model+xml 1km 
application/vnd.3gpp.pic-bw-large plb 
application/vnd.3gpp.pic-bw-small psb 
application/vnd.3gpp.pic-bw-var pvb 
application/vnd.3gpp2.tcap tcap 
application/vnd.3m.post-it-notes pwn 
application/vnd.accpac.simply.aso aso 
application/vnd.accpac.simply.imp imp 
application/vnd.acucobol acu 
application/vnd.acucorp acutc atc 
application/vnd.adobe.air-application-installer-package+zip air 
application/vnd.adobe.formscentral.fcdt fcdt 
application/vnd.adobe.fxp fxp fxpl 
application/vnd.adobe.xdp+xml xdp 
application/vnd.age age 
application/vnd.ahead.space ahead 
application/vnd.airzip.filesecure.azf azf 
application/vnd.airzip.filesecure.azs azs 
application/vnd.amazon.ebook azw 
application/vnd.americandynamics.acc acc 
application/vnd.amiga.ami ami 
application/vnd.android.package-archive apk 
application/vnd.anser-web-certificate-issue-initiation cii 
application/vnd.anser-web-funds-transfer-initiation fti 
application/vnd.antix.game-component atx 
application/vnd.apple.installer+xml mpkg 
application/vnd.apple.keynote key 
application/vnd.apple.mpegurl m3u8 
application/vnd.apple.numbers numbers 
application/vnd.apple.pages pages 
application/vnd.apple.pkpass pkpass 
application/vnd.aristanetworks.swi swi 
application/vnd.astraea-software.iota iota 
application/vnd.audiograph aep 
application/vnd.autodesk.fbx fbx 
application/vnd.balsamiq.bmml+xml bmml 
application/vnd.blueice.multipass mpm 
application/vnd.bmi bmi 
application/vnd.businessobjects rep 
application/vnd.chemdraw+xml cdxml 
application/vnd.chipnuts.karaoke-mmd mmd 
application/vnd.cinderella cdy 
application/vnd.citationstyles.style+xml csl 
application/vnd.claymore cla 
application/vnd.cloanto.rp9 rp9 
application/vnd.clonk.c4group c4d c4f c4g c4p c4u 
application/vnd.cluetrust.cartomobile-config c11amc 
application/vnd.cluetrust.cartomobile-config-pkg c11amz 
application/vnd.commonspace csp 
application/vnd.contact.cmsg cdbcmsg 
application/vnd.cosmocaller cmc 
application/vnd.crick.clicker clkx 
application/vnd.crick.clicker.keyboard clkk 
application/vnd.crick.clicker.palette clkp 
application/vnd.crick.clicker.template clkt 
application/vnd.crick.clicker.wordbank clkw 
application/vnd.criticaltools.wbs+xml wbs 
application/vnd.ctc-posml pml 
application/vnd.cups-ppd ppd 
application/vnd.curl.car car 
application/vnd.curl.pcurl pcurl 
application/vnd.dart dart 
application/vnd.data-vision.rdz rdz 
application/vnd.dbf dbf 
application/vnd.dcmp+xml dcmp 
application/vnd.dece.data uvd uvf uvvd uvvf 
application/vnd.dece.ttml+xml uvt uvvt 
application/vnd.dece.unspecified uvvx uvx 
application/vnd.dece.zip uvvz uvz 
application/vnd.denovo.fcselayout-link fe_launch 
application/vnd.dna dna 
application/vnd.dolby.mlp mlp 
application/vnd.dpgraph dpg 
application/vnd.dreamfactory dfac 
application/vnd.ds-keypoint kpxx 
application/vnd.dvb.ait ait 
application/vnd.dvb.service svc 
application/vnd.dynageo geo 
application/vnd.ecowin.chart mag 
application/vnd.enliven nml 
application/vnd.epson.esf esf 
application/vnd.epson.msf msf 
application/vnd.epson.quickanime qam 
application/vnd.epson.salt slt 
application/vnd.epson.ssf ssf 
application/vnd.eszigno3+xml es3 et3 
application/vnd.ezpix-album ez2 
application/vnd.ezpix-package ez3 
application/vnd.fdsn.mseed mseed 
application/vnd.fdsn.seed dataless seed 
application/vnd.flographit gph 
application/vnd.fluxtime.clip ftc 
application/vnd.framemaker book fm frame maker 
application/vnd.frogans.fnc fnc 
application/vnd.frogans.ltf ltf 
application/vnd.fsc.weblaunch fsc 
application/vnd.fujitsu.oasys oas 
application/vnd.fujitsu.oasys2 oa2 
application/vnd.fujitsu.oasys3 oa3 
application/vnd.fujitsu.oasysgp fg5 
application/vnd.fujitsu.oasysprs bh2 
application/vnd.fujixerox.ddd ddd 
application/vnd.fujixerox.docuworks xdw 
application/vnd.fujixerox.docuworks.binder xbd 
application/vnd.fuzzysheet fzs 
application/vnd.genomatix.tuxedo txd 
application/vnd.geogebra.file ggb 
application/vnd.geogebra.slides ggs 
application/vnd.geogebra.tool ggt 
application/vnd.geometry-explorer gex gre 
application/vnd.geonext gxt 
application/vnd.geoplan g2w 
application/vnd.geospace g3w 
application/vnd.gmx gmx 
application/vnd.google-apps.document gdoc 
application/vnd.google-apps.drawing gdraw 
application/vnd.google-apps.form gform 
application/vnd.google-apps.jam gjam 
application/vnd.google-apps.map gmap 
application/vnd.google-apps.presentation gslides 
application/vnd.google-apps.script gscript 
application/vnd.google-apps.site gsite 
application/vnd.google-apps.spreadsheet gsheet 
application/vnd.google-earth.kml+xml kml 
application/vnd.google-earth.kmz kmz 
application/vnd.gov.sk.xmldatacontainer+xml xdcf 
application/vnd.grafeq gqf gqs 
application/vnd.groove-account gac 
application/vnd.groove-help ghf 
application/vnd.groove-identity-message gim 
application/vnd.groove-injector grv 
application/vnd.groove-tool-message gtm 
application/vnd.groove-tool-template tpl 
application/vnd.groove-vcard vcg 
application/vnd.hal+xml hal 
application/vnd.handheld-entertainment+xml zmm 
application/vnd.hbci hbci 
application/vnd.hhe.lesson-player les 
application/vnd.hp-hpgl hpgl 
application/vnd.hp-hpid hpid 
application/vnd.hp-hps hps 
application/vnd.hp-jlyt jlt 
application/vnd.hp-pcl pcl 
application/vnd.hp-pclxl pclxl 
application/vnd.hydrostatix.sof-data sfd-hdstx 
application/vnd.ibm.minipay mpy 
application/vnd.ibm.modcap afp list3820 listafp 
application/vnd.ibm.rights-management irm 
application/vnd.ibm.secure-container sc 
application/vnd.iccprofile icc icm 
application/vnd.igloader igl 
application/vnd.immervision-ivp ivp 
application/vnd.immervision-ivu ivu 
application/vnd.insors.igm igm 
application/vnd.intercon.formnet xpw xpx 
application/vnd.intergeo i2g 
application/vnd.intu.qbo qbo 
application/vnd.intu.qfx qfx 
application/vnd.ipunplugged.rcprofile rcprofile 
application/vnd.irepository.package+xml irp 
application/vnd.is-xpr xpr 
application/vnd.isac.fcs fcs 
application/vnd.jam jam 
application/vnd.jcp.javame.midlet-rms rms 
application/vnd.jisp jisp 
application/vnd.joost.joda-archive joda 
application/vnd.kahootz ktr ktz 
application/vnd.kde.karbon karbon 
application/vnd.kde.kchart chrt 
application/vnd.kde.kformula kfo 
application/vnd.kde.kivio flw 
application/vnd.kde.kontour kon 
application/vnd.kde.kpresenter kpr kpt 
application/vnd.kde.kspread ksp 
application/vnd.kde.kword kwd kwt 
application/vnd.kenameaapp htke 
application/vnd.kidspiration kia 
application/vnd.kinar kne knp 
application/vnd.koan skd skm skp skt 
application/vnd.kodak-descriptor sse 
application/vnd.las.las+xml lasxml 
application/vnd.llamagraphics.life-balance.desktop lbd 
application/vnd.llamagraphics.life-balance.exchange+xml lbe 
application/vnd.lotus-1-2-3 123 
application/vnd.lotus-approach apr 
application/vnd.lotus-freelance pre 
application/vnd.lotus-notes nsf 
application/vnd.lotus-organizer org 
application/vnd.lotus-screencam scm 
application/vnd.lotus-wordpro lwp 
application/vnd.macports.portpkg portpkg 
application/vnd.mapbox-vector-tile mvt 
application/vnd.mcd mcd 
application/vnd.medcalcdata mc1 
application/vnd.mediastation.cdkey cdkey 
application/vnd.mfer mwf 
application/vnd.mfmp mfm 
application/vnd.micrografx.flo flo 
application/vnd.micrografx.igx igx 
application/vnd.mif mif 
application/vnd.mobius.daf daf 
application/vnd.mobius.dis dis 
application/vnd.mobius.mbk mbk 
application/vnd.mobius.mqy mqy 
application/vnd.mobius.msl msl 
application/vnd.mobius.plc plc 
application/vnd.mobius.txf txf 
application/vnd.mophun.application mpn 
application/vnd.mophun.certificate mpc 
application/vnd.mozilla.xul+xml xul 
application/vnd.ms-artgalry cil 
application/vnd.ms-cab-compressed cab 
application/vnd.ms-excel xla xlc xlm xls xlt xlw 
application/vnd.ms-excel.addin.macroenabled.12 xlam 
application/vnd.ms-excel.sheet.binary.macroenabled.12 xlsb 
application/vnd.ms-excel.sheet.macroenabled.12 xlsm 
application/vnd.ms-excel.template.macroenabled.12 xltm 
application/vnd.ms-fontobject eot 
application/vnd.ms-htmlhelp chm 
application/vnd.ms-ims ims 
application/vnd.ms-lrm lrm 
application/vnd.ms-officetheme thmx 
application/vnd.ms-outlook msg 
application/vnd.ms-pki.seccat cat 
application/vnd.ms-powerpoint pot pps ppt 
application/vnd.ms-powerpoint.addin.macroenabled.12 ppam 
application/vnd.ms-powerpoint.presentation.macroenabled.12 pptm 
application/vnd.ms-powerpoint.slide.macroenabled.12 sldm 
application/vnd.ms-powerpoint.slideshow.macroenabled.12 ppsm 
application/vnd.ms-powerpoint.template.macroenabled.12 potm 
application/vnd.ms-project mpt 
application/vnd.ms-visio.viewer vdx 
application/vnd.ms-word.document.macroenabled.12 docm 
application/vnd.ms-word.template.macroenabled.12 dotm 
application/vnd.ms-works wcm wdb wks wps 
application/vnd.ms-wpl wpl 
application/vnd.ms-xpsdocument xps 
application/vnd.mseq mseq 
application/vnd.musician mus 
application/vnd.muvee.style msty 
application/vnd.mynfc taglet 
application/vnd.nato.bindingdataobject+xml bdo 
application/vnd.neurolanguage.nlu nlu 
application/vnd.nitf nitf ntf 
application/vnd.noblenet-directory nnd 
application/vnd.noblenet-sealer nns 
application/vnd.noblenet-web nnw 
application/vnd.nokia.n-gage.data ngdat 
application/vnd.nokia.n-gage.symbian.install n-gage 
application/vnd.nokia.radio-preset rpst 
application/vnd.nokia.radio-presets rpss 
application/vnd.novadigm.edm edm 
application/vnd.novadigm.edx edx 
application/vnd.novadigm.ext ext 
application/vnd.oasis.opendocument.chart odc 
application/vnd.oasis.opendocument.chart-template otc 
application/vnd.oasis.opendocument.database odb 
application/vnd.oasis.opendocument.formula odf 
application/vnd.oasis.opendocument.formula-template odft 
application/vnd.oasis.opendocument.graphics odg 
application/vnd.oasis.opendocument.graphics-template otg 
application/vnd.oasis.opendocument.image odi 
application/vnd.oasis.opendocument.image-template oti 
application/vnd.oasis.opendocument.presentation odp 
application/vnd.oasis.opendocument.presentation-template otp 
application/vnd.oasis.opendocument.spreadsheet ods 
application/vnd.oasis.opendocument.spreadsheet-template ots 
application/vnd.oasis.opendocument.text odt 
application/vnd.oasis.opendocument.text-master odm 
application/vnd.oasis.opendocument.text-template ott 
application/vnd.oasis.opendocument.text-web oth 
application/vnd.olpc-sugar xo 
application/vnd.oma.dd2+xml dd2 
application/vnd.openblox.game+xml obgx 
application/vnd.openofficeorg.extension oxt 
application/vnd.openstreetmap.data+xml osm 
application/vnd.openxmlformats-officedocument.presentationml.presentation pptx 
application/vnd.openxmlformats-officedocument.presentationml.slide sldx 
application/vnd.openxmlformats-officedocument.presentationml.slideshow ppsx 
application/vnd.openxmlformats-officedocument.presentationml.template potx 
application/vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx 
application/vnd.openxmlformats-officedocument.spreadsheetml.template xltx 
application/vnd.openxmlformats-officedocument.wordprocessingml.document docx 
application/vnd.openxmlformats-officedocument.wordprocessingml.template dotx 
application/vnd.osgeo.mapguide.package mgp 
application/vnd.osgi.dp dp 
application/vnd.osgi.subsystem esa 
application/vnd.palm oprc pdb pqa 
application/vnd.pawaafile paw 
application/vnd.pg.format str 
application/vnd.pg.osasli ei6 
application/vnd.picsel efif 
application/vnd.pmi.widget wg 
application/vnd.pocketlearn plf 
application/vnd.powerbuilder6 pbd 
application/vnd.previewsystems.box box 
application/vnd.procrate.brushset brushset 
application/vnd.procreate.brush brush 
application/vnd.procreate.dream drm 
application/vnd.proteus.magazine mgz 
application/vnd.publishare-delta-tree qps 
application/vnd.pvi.ptid1 ptid 
application/vnd.pwg-xhtml-print+xml xhtm 
application/vnd.quark.quarkxpress qwd qwt qxb qxd qxl qxt 
application/vnd.rar rar 
application/vnd.realvnc.bed bed 
application/vnd.recordare.musicxml mxl 
application/vnd.recordare.musicxml+xml musicxml 
application/vnd.rig.cryptonote cryptonote 
application/vnd.rim.cod cod 
application/vnd.rn-realmedia rm 
application/vnd.rn-realmedia-vbr rmvb 
application/vnd.route66.link66+xml link66 
application/vnd.sailingtracker.track st 
application/vnd.seemail see 
application/vnd.sema sema 
application/vnd.semd semd 
application/vnd.semf semf 
application/vnd.shana.informed.formdata ifm 
application/vnd.shana.informed.formtemplate itp 
application/vnd.shana.informed.interchange iif 
application/vnd.shana.informed.package ipk 
application/vnd.simtech-mindmapper twd twds 
application/vnd.smaf mmf 
application/vnd.smart.teacher teacher 
application/vnd.software602.filler.form+xml fo 
application/vnd.solent.sdkm+xml sdkd sdkm 
application/vnd.spotfire.dxp dxp 
application/vnd.spotfire.sfs sfs 
application/vnd.stardivision.calc sdc 
application/vnd.stardivision.draw sda 
application/vnd.stardivision.impress sdd 
application/vnd.stardivision.math smf 
application/vnd.stardivision.writer sdw vor 
application/vnd.stardivision.writer-global sgl 
application/vnd.stepmania.package smzip 
application/vnd.stepmania.stepchart sm 
application/vnd.sun.wadl+xml wadl 
application/vnd.sun.xml.calc sxc 
application/vnd.sun.xml.calc.template stc 
application/vnd.sun.xml.draw sxd 
application/vnd.sun.xml.draw.template std 
application/vnd.sun.xml.impress sxi 
application/vnd.sun.xml.impress.template sti 
application/vnd.sun.xml.math sxm 
application/vnd.sun.xml.writer sxw 
application/vnd.sun.xml.writer.global sxg 
application/vnd.sun.xml.writer.template stw 
application/vnd.sus-calendar sus susp 
application/vnd.svd svd 
application/vnd.symbian.install sis sisx 
application/vnd.syncml+xml xsm 
application/vnd.syncml.dm+wbxml bdm 
application/vnd.syncml.dm+xml xdm 
application/vnd.syncml.dmddf+xml ddf 
application/vnd.tao.intent-module-archive tao 
application/vnd.tcpdump.pcap cap dmp pcap 
application/vnd.tmobile-livetv tmo 
application/vnd.trid.tpt tpt 
application/vnd.triscape.mxs mxs 
application/vnd.trueapp tra 
application/vnd.ufdl ufd ufdl 
application/vnd.uiq.theme utz 
application/vnd.umajin umj 
application/vnd.unity unityweb 
application/vnd.uoml+xml uo uoml 
application/vnd.vcx vcx 
application/vnd.visio vsd vsdx vss vst vsw vtx 
application/vnd.visionary vis 
application/vnd.vsf vsf 
application/vnd.wap.wbxml wbxml 
application/vnd.wap.wmlc wmlc 
application/vnd.wap.wmlscriptc wmlsc 
application/vnd.webturbo wtb 
application/vnd.wolfram.player nbp 
application/vnd.wordperfect wpd 
application/vnd.wqd wqd 
application/vnd.wt.stf stf 
application/vnd.xara xar 
application/vnd.xfdl xfdl 
application/vnd.yamaha.hv-dic hvd 
application/vnd.yamaha.hv-script hvs 
application/vnd.yamaha.hv-voice hvp 
application/vnd.yamaha.openscoreformat osf 
application/vnd.yamaha.openscoreformat.osfpvg+xml osfpvg 
application/vnd.yamaha.smaf-audio saf 
application/vnd.yamaha.smaf-phrase spf 
application/vnd.yellowriver-custom-menu cmp 
application/vnd.zul zir zirz 
application/vnd.zzazz.deck+xml zaz 
application/voicexml+xml vxml 
application/wasm wasm 
application/watcherinfo+xml wif 
application/widget wgt 
application/winhlp hlp 
application/wsdl+xml wsdl 
application/wspolicy+xml wspolicy 
application/x-7z-compressed 7z 
application/x-abiword abw 
application/x-ace-compressed ace 
application/x-apple-diskimage dmg 
application/x-arj arj 
application/x-authorware-bin aab u32 vox x32 
application/x-authorware-map aam 
application/x-authorware-seg aas 
application/x-bcpio bcpio 
application/x-bittorrent torrent 
application/x-blender blend 
application/x-blorb blb blorb 
application/x-bzip bz 
application/x-bzip2 boz bz2 
application/x-cbr cb7 cba cbr cbt cbz 
application/x-cdlink vcd 
application/x-cfs-compressed cfs 
application/x-chat chat 
application/x-chess-pgn pgn 
application/x-chrome-extension crx 
application/x-cocoa cco 
application/x-conference nsc 
application/x-cpio cpio 
application/x-csh csh 
application/x-debian-package deb udeb 
application/x-dgc-compressed dgc 
application/x-director cct cst cxt dcr dir dxr fgd swa w3d 
application/x-doom wad 
application/x-dtbncx+xml ncx 
application/x-dtbook+xml dtb 
application/x-dtbresource+xml res 
application/x-dvi dvi 
application/x-envoy evy 
application/x-eva eva 
application/x-font-bdf bdf 
application/x-font-ghostscript gsf 
application/x-font-linux-psf psf 
application/x-font-pcf pcf 
application/x-font-snf snf 
application/x-font-type1 afm pfa pfb pfm 
application/x-freearc arc 
application/x-futuresplash spl 
application/x-gca-compressed gca 
application/x-glulx ulx 
application/x-gnumeric gnumeric 
application/x-gramps-xml gramps 
application/x-gtar gtar 
application/x-hdf hdf 
application/x-httpd-php php 
application/x-install-instructions install 
application/x-ipynb+json ipynb 
application/x-iso9660-image iso 
application/x-java-archive-diff jardiff 
application/x-java-jnlp-file jnlp 
application/x-keepass2 kdbx 
application/x-latex latex 
application/x-lua-bytecode luac 
application/x-lzh-compressed lha lzh 
application/x-makeself run 
application/x-mie mie 
application/x-mobipocket-ebook mobi 
application/x-ms-application application 
application/x-ms-shortcut lnk 
application/x-ms-wmd wmd 
application/x-ms-wmz wmz 
application/x-ms-xbap xbap 
application/x-msaccess mdb 
application/x-msbinder obd 
application/x-mscardfile crd 
application/x-msclip clp 
application/x-msdos-program exe 
application/x-msdownload bat com dll msi 
application/x-msmediaview m13 m14 mvb 
application/x-msmetafile emz 
application/x-msmoney mny 
application/x-mspublisher pub 
application/x-msschedule scd 
application/x-msterminal trm 
application/x-mswrite wri 
application/x-netcdf cdf nc 
application/x-ns-proxy-autoconfig pac 
application/x-nzb nzb 
application/x-perl pl pm 
application/x-pkcs12 p12 pfx 
application/x-pkcs7-certificates p7b spc 
application/x-pkcs7-certreqresp p7r 
application/x-redhat-package-manager rpm 
application/x-research-info-systems ris 
application/x-sea sea 
application/x-sh sh 
application/x-shar shar 
application/x-shockwave-flash swf 
application/x-silverlight-app xap 
application/x-stuffit sit 
application/x-stuffitx sitx 
application/x-subrip srt 
application/x-sv4cpio sv4cpio 
application/x-sv4crc sv4crc 
application/x-t3vm-image t3 
application/x-tads gam 
application/x-tar tar 
application/x-tcl tcl tk 
application/x-tex tex 
application/x-tex-tfm tfm 
application/x-texinfo texi texinfo 
application/x-ustar ustar 
application/x-virtualbox-hdd hdd 
application/x-virtualbox-ova ova 
application/x-virtualbox-ovf ovf 
application/x-virtualbox-vbox vbox 
application/x-virtualbox-vbox-extpack vbox-extpack 
application/x-virtualbox-vdi vdi 
application/x-virtualbox-vhd vhd 
application/x-virtualbox-vmdk vmdk 
application/x-wais-source src 
application/x-web-app-manifest+json webapp 
application/x-x509-ca-cert crt der pem 
application/x-xfig fig 
application/x-xpinstall xpi 
application/x-xz xz 
application/x-zmachine z1 z2 z3 z4 z5 z6 z7 z8 
application/xaml+xml xaml 
application/xcap-att+xml xav 
application/xcap-caps+xml xca 
application/xcap-diff+xml xdf 
application/xcap-el+xml xel 
application/xcap-ns+xml xns 
application/xenc+xml xenc 
application/xfdf xfdf 
application/xhtml+xml xht xhtml 
application/xliff+xml xlf 
application/xml rng xml xsd xsl 
application/xml-dtd dtd 
application/xop+xml xop 
application/xproc+xml xpl 
application/xslt+xml xslt 
application/xspf+xml xspf 
application/xv+xml mxml xhvml xvm xvml 
application/yang yang 
application/yin+xml yin 
application/zip zip 
application/zip+dotlottie lottie 
audio/aac aac adts 
audio/adpcm adp 
audio/amr amr 
audio/basic au snd 
audio/midi kar mid midi rmi 
audio/mobile-xmf mxmf 
audio/mp4 m4a m4b mp4a 
audio/mpeg m2a m3a mp2 mp2a mp3 mpga 
audio/ogg oga ogg opus spx 
audio/s3m s3m 
audio/silk sil 
audio/vnd.dece.audio uva uvva 
audio/vnd.digital-winds eol 
audio/vnd.dra dra 
audio/vnd.dts dts 
audio/vnd.dts.hd dtshd 
audio/vnd.lucent.voice lvp 
audio/vnd.ms-playready.media.pya pya 
audio/vnd.nuera.ecelp4800 ecelp4800 
audio/vnd.nuera.ecelp7470 ecelp7470 
audio/vnd.nuera.ecelp9600 ecelp9600 
audio/vnd.rip rip 
audio/wav wav 
audio/webm weba 
audio/x-aiff aif aifc aiff 
audio/x-caf caf 
audio/x-flac flac 
audio/x-matroska mka 
audio/x-mpegurl m3u 
audio/x-ms-wax wax 
audio/x-ms-wma wma 
audio/x-pn-realaudio ra ram 
audio/x-pn-realaudio-plugin rmp 
audio/xm xm 
chemical/x-cdx cdx 
chemical/x-cif cif 
chemical/x-cmdf cmdf 
chemical/x-cml cml 
chemical/x-csml csml 
chemical/x-xyz xyz 
font/collection ttc 
font/otf otf 
font/ttf ttf 
font/woff woff 
font/woff2 woff2 
image/aces exr 
image/apng apng 
image/avci avci 
image/avcs avcs 
image/avif avif 
image/bmp bmp dib 
image/cgm cgm 
image/dicom-rle drle 
image/dpx dpx 
image/emf emf 
image/fits fits 
image/g3fax g3 
image/gif gif 
image/heic heic 
image/heic-sequence heics 
image/heif heif 
image/heif-sequence heifs 
image/hej2k hej2 
image/ief ief 
image/jaii jaii 
image/jais jais 
image/jls jls 
image/jp2 jp2 jpg2 
image/jpeg jpe jpeg jpg 
image/jph jph 
image/jphc jhc 
image/jpm jpgm jpm 
image/jpx jpf jpx 
image/jxl jxl 
image/jxr jxr 
image/jxra jxra 
image/jxrs jxrs 
image/jxs jxs 
image/jxsc jxsc 
image/jxsi jxsi 
image/jxss jxss 
image/ktx ktx 
image/ktx2 ktx2 
image/pjpeg jfif 
image/png png 
image/prs.btif btf btif 
image/prs.pti pti 
image/sgi sgi 
image/svg+xml svg svgz 
image/t38 t38 
image/tiff tif tiff 
image/tiff-fx tfx 
image/vnd.adobe.photoshop psd 
image/vnd.airzip.accelerator.azv azv 
image/vnd.dece.graphic uvg uvi uvvg uvvi 
image/vnd.djvu djv djvu 
image/vnd.dwg dwg 
image/vnd.dxf dxf 
image/vnd.fastbidsheet fbs 
image/vnd.fpx fpx 
image/vnd.fst fst 
image/vnd.fujixerox.edmics-mmr mmr 
image/vnd.fujixerox.edmics-rlc rlc 
image/vnd.microsoft.icon ico 
image/vnd.ms-dds dds 
image/vnd.ms-modi mdi 
image/vnd.ms-photo wdp 
image/vnd.net-fpx npx 
image/vnd.pco.b16 b16 
image/vnd.tencent.tap tap 
image/vnd.valve.source.texture vtf 
image/vnd.wap.wbmp wbmp 
image/vnd.xiff xif 
image/vnd.zbrush.pcx pcx 
image/webp webp 
image/wmf wmf 
image/x-3ds 3ds 
image/x-adobe-dng dng 
image/x-cmu-raster ras 
image/x-cmx cmx 
image/x-freehand fh fh4 fh5 fh7 fhc 
image/x-jng jng 
image/x-mrsid-image sid 
image/x-pict pct pic 
image/x-portable-anymap pnm 
image/x-portable-bitmap pbm 
image/x-portable-graymap pgm 
image/x-portable-pixmap ppm 
image/x-rgb rgb 
image/x-tga tga 
image/x-xbitmap xbm 
image/x-xpixmap xpm 
image/x-xwindowdump xwd 
message/disposition-notification disposition-notification 
message/global u8msg 
message/global-delivery-status u8dsn 
message/global-disposition-notification u8mdn 
message/global-headers u8hdr 
message/rfc822 eml mht mhtml mime 
message/vnd.wfa.wsc wsc 
model/3mf 3mf 
model/gltf+json gltf 
model/gltf-binary glb 
model/iges iges igs 
model/jt jt 
model/mesh mesh msh silo 
model/mtl mtl 
model/obj obj 
model/prc prc 
model/step 210 p21 step stp stpnc 
model/step+xml stpx 
model/step+zip stpz 
model/step-xml+zip stpxz 
model/stl stl 
model/u3d u3d 
model/vnd.bary bary 
model/vnd.cld cld 
model/vnd.collada+xml dae 
model/vnd.dwf dwf 
model/vnd.gdl gdl 
model/vnd.gtw gtw 
model/vnd.opengex ogex 
model/vnd.parasolid.transmit.binary x_b 
model/vnd.parasolid.transmit.text x_t 
model/vnd.pytha.pyox pyo pyox 
model/vnd.sap.vds vds 
model/vnd.usda usda 
model/vnd.usdz+zip usdz 
model/vnd.valve.source.compiled-map bsp 
model/vnd.vtu vtu 
model/vrml vrml wrl 
model/x3d+binary x3dbz 
model/x3d+fastinfoset x3db 
model/x3d+vrml x3dvz 
model/x3d+xml x3d x3dz 
model/x3d-vrml x3dv 
text/cache-manifest appcache manifest 
text/calendar ics ifb 
text/coffeescript coffee litcoffee 
text/css css 
text/csv csv 
text/html htm html shtml 
text/jade jade 
text/javascript js mjs 
text/jsx jsx 
text/less less 
text/markdown markdown md 
text/mathml mml 
text/mdx mdx 
text/n3 n3 
text/plain conf def in ini list log text txt 
text/prs.lines.tag dsc 
text/richtext rtx 
text/sgml sgm sgml 
text/shex shex 
text/slim slim slm 
text/spdx spdx 
text/stylus styl stylus 
text/tab-separated-values tsv 
text/troff man me ms roff t tr 
text/turtle ttl 
text/uri-list uri uris urls 
text/vcard vcard 
text/vnd.curl curl 
text/vnd.curl.dcurl dcurl 
text/vnd.curl.mcurl mcurl 
text/vnd.curl.scurl scurl 
text/vnd.dvb.subtitle sub 
text/vnd.familysearch.gedcom ged 
text/vnd.fly fly 
text/vnd.fmi.flexstor flx 
text/vnd.graphviz gv 
text/vnd.in3d.3dml 3dml 
text/vnd.in3d.spot spot 
text/vnd.sun.j2me.app-descriptor jad 
text/vnd.wap.wml wml 
text/vnd.wap.wmlscript wmls 
text/vtt vtt 
text/wgsl wgsl 
text/x-asm asm s 
text/x-c c cc cpp cxx dic h hh 
text/x-component htc 
text/x-fortran f f77 f90 for 
text/x-handlebars-template hbs 
text/x-java-source java 
text/x-lua lua 
text/x-markdown mkd 
text/x-nfo nfo 
text/x-opml opml 
text/x-pascal p pas 
text/x-processing pde 
text/x-sass sass 
text/x-scss scss 
text/x-setext etx 
text/x-sfv sfv 
text/x-suse-ymp ymp 
text/x-uuencode uu 
text/x-vcalendar vcs 
text/x-vcard vcf 
text/yaml yaml yml 
video/3gpp 3gp 3gpp 
video/3gpp2 3g2 
video/h261 h261 
video/h263 h263 
video/h264 h264 
video/iso.segment m4s 
video/jpeg jpgv 
video/mj2 mj2 mjp2 
video/mp2t m2t m2ts mts ts 
video/mp4 mp4 mp4v mpg4 
video/mpeg m1v m2v mpe mpeg mpg 
video/ogg ogv 
video/quicktime mov qt 
video/vnd.dece.hd uvh uvvh 
video/vnd.dece.mobile uvm uvvm 
video/vnd.dece.pd uvp uvvp 
video/vnd.dece.sd uvs uvvs 
video/vnd.dece.video uvv uvvv 
video/vnd.dvb.file dvb 
video/vnd.fvt fvt 
video/vnd.mpegurl m4u mxu 
video/vnd.ms-playready.media.pyv pyv 
video/vnd.uvvu.mp4 uvu uvvu 
video/vnd.vivo viv 
video/webm webm 
video/x-f4v f4v 
video/x-fli fli 
video/x-flv flv 
video/x-m4v m4v 
video/x-matroska mk3d mks mkv 
video/x-mng mng 
video/x-ms-asf asf asx 
video/x-ms-vob vob 
video/x-ms-wm wm 
video/x-ms-wmv wmv 
video/x-ms-wmx wmx 
video/x-ms-wvx wvx 
video/x-msvideo avi 
video/x-sgi-movie movie 
video/x-smv smv 
x-conference/x-cooltalk ice 
`}}});var require_mime_types=__commonJS({"shims/mime_types.cjs"(exports,module){"use strict";var{extname}=__require("node:path"),{charsets,types}=require_mime_table(),TYPE=/^\s*([^;\s]*)(?:;|\s|$)/,TEXT=/^text\//i,EXTENSION=/^[^\s]+$/;function charset(type){if(!type||typeof type!="string")return!1;let match=TYPE.exec(type),key=match&&match[1].toLowerCase();return match&&Object.hasOwn(charsets,key)?charsets[key]:match&&TEXT.test(match[1])?"UTF-8":!1}function lookup(path){if(!path||typeof path!="string")return!1;let extension=extname(`x.${path}`).toLowerCase().slice(1);if(!EXTENSION.test(extension))return!1;let at=types.indexOf(` ${extension} `);if(at===-1)return!1;let from=types.lastIndexOf(`
`,at)+1;return types.slice(from,types.indexOf(" ",from))}function contentType(text){if(!text||typeof text!="string")return!1;let type=text.includes("/")?text:lookup(text);if(!type||type.includes("charset"))return type;let own=charset(type);return own?`${type}; charset=${own.toLowerCase()}`:type}module.exports={charset,contentType,lookup}}});var require_media_typer=__commonJS({"../../../target/express-bundle/node_modules/media-typer/index.js"(exports){"use strict";var SUBTYPE_NAME_REGEXP=/^[A-Za-z0-9][A-Za-z0-9!#$&^_.-]{0,126}$/,TYPE_NAME_REGEXP=/^[A-Za-z0-9][A-Za-z0-9!#$&^_-]{0,126}$/,TYPE_REGEXP=/^ *([A-Za-z0-9][A-Za-z0-9!#$&^_-]{0,126})\/([A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}) *$/;exports.format=format;exports.parse=parse;exports.test=test;function format(obj){if(!obj||typeof obj!="object")throw new TypeError("argument obj is required");var subtype=obj.subtype,suffix=obj.suffix,type=obj.type;if(!type||!TYPE_NAME_REGEXP.test(type))throw new TypeError("invalid type");if(!subtype||!SUBTYPE_NAME_REGEXP.test(subtype))throw new TypeError("invalid subtype");var string=type+"/"+subtype;if(suffix){if(!TYPE_NAME_REGEXP.test(suffix))throw new TypeError("invalid suffix");string+="+"+suffix}return string}function test(string){if(typeof string!="string")throw new TypeError("argument string is required to be a string");return TYPE_REGEXP.test(string.toLowerCase())}function parse(string){if(typeof string!="string")throw new TypeError("argument string is required to be a string");var match=TYPE_REGEXP.exec(string.toLowerCase());if(!match)throw new TypeError("invalid media type");var type=match[1],subtype=match[2],suffix,index=subtype.lastIndexOf("+");return index!==-1&&(suffix=subtype.substr(index+1),subtype=subtype.substr(0,index)),new MediaType(type,subtype,suffix)}function MediaType(type,subtype,suffix){this.type=type,this.subtype=subtype,this.suffix=suffix}}});var require_type_is=__commonJS({"../../../target/express-bundle/node_modules/type-is/index.js"(exports,module){"use strict";var contentType=require_dist(),mime=require_mime_types(),typer=require_media_typer();module.exports=typeofrequest;module.exports.is=typeis;module.exports.hasBody=hasbody;module.exports.normalize=normalize;module.exports.match=mimeMatch;function typeis(value,types_){value&&typeof value=="object"&&(value=value.headers["content-type"]);var i,types=types_,val=normalizeType(value);if(!val)return!1;if(types&&!Array.isArray(types))for(types=new Array(arguments.length-1),i=0;i<types.length;i++)types[i]=arguments[i+1];if(!types||!types.length)return val;var type;for(i=0;i<types.length;i++)if(mimeMatch(normalize(type=types[i]),val))return type[0]==="+"||type.indexOf("*")!==-1?val:type;return!1}function hasbody(req){return req.headers["transfer-encoding"]!==void 0||!isNaN(req.headers["content-length"])}function typeofrequest(req,types_){if(!hasbody(req))return null;var types=arguments.length>2?Array.prototype.slice.call(arguments,1):types_,value=req.headers["content-type"];return typeis(value,types)}function normalize(type){if(typeof type!="string")return!1;switch(type){case"urlencoded":return"application/x-www-form-urlencoded";case"multipart":return"multipart/*"}return type[0]==="+"?"*/*"+type:type.indexOf("/")===-1?mime.lookup(type):type}function mimeMatch(expected,actual){if(expected===!1)return!1;var actualParts=actual.split("/"),expectedParts=expected.split("/");return actualParts.length!==2||expectedParts.length!==2||expectedParts[0]!=="*"&&expectedParts[0]!==actualParts[0]?!1:expectedParts[1].slice(0,2)==="*+"?expectedParts[1].length<=actualParts[1].length+1&&expectedParts[1].slice(1)===actualParts[1].slice(1-expectedParts[1].length):!(expectedParts[1]!=="*"&&expectedParts[1]!==actualParts[1])}function normalizeType(value){if(!value)return null;var type=contentType.parse(value,{parameters:!1}).type;return typer.test(type)?type:null}}});var require_read=__commonJS({"../../../target/express-bundle/node_modules/body-parser/lib/read.js"(exports,module){"use strict";var createError=require_http_errors(),getBody=require_raw_body2(),iconv=require_iconv(),onFinished=require_on_finished(),zlib=require_zlib(),hasBody=require_type_is().hasBody,contentType=require_dist();module.exports=read;var hasZstandardSupport="createZstdDecompress"in zlib;function read(req,res,next,parse,debug,options){if(onFinished.isFinished(req)){debug("body already parsed"),next();return}if("body"in req||(req.body=void 0),!hasBody(req)){debug("skip empty body"),next();return}if(debug("content-type %j",req.headers["content-type"]),!options.shouldParse(req)){debug("skip parsing"),next();return}let encoding=null;if(options?.skipCharset!==!0&&(encoding=getCharset(req)||options.defaultCharset,options?.isValidCharset&&!options.isValidCharset(encoding))){debug("invalid charset"),next(createError(415,'unsupported charset "'+encoding.toUpperCase()+'"',{charset:encoding,type:"charset.unsupported"}));return}let length,stream,verify=options.verify;if(verify&&encoding!==null&&!iconv.encodingExists(encoding))return next(createError(415,'unsupported charset "'+encoding.toUpperCase()+'"',{charset:encoding.toLowerCase(),type:"charset.unsupported"}));try{let contentEncoding=(req.headers["content-encoding"]||"identity").toLowerCase();if(debug('content-encoding "%s"',contentEncoding),options.inflate===!1&&contentEncoding!=="identity")throw createError(415,"content encoding unsupported",{encoding:contentEncoding,type:"encoding.unsupported"});contentEncoding==="identity"?(length=req.headers["content-length"],stream=req):(stream=createDecompressionStream(contentEncoding,debug),req.pipe(stream))}catch(err){return next(err)}let rawBodyOptions={length,encoding:verify?null:encoding,limit:options.limit};debug("read body"),getBody(stream,rawBodyOptions,function(error,body){if(error){let _error;error.type==="encoding.unsupported"?_error=createError(415,'unsupported charset "'+encoding.toUpperCase()+'"',{charset:encoding.toLowerCase(),type:"charset.unsupported"}):_error=createError(400,error),stream!==req&&(req.unpipe(),stream.destroy()),dump(req,function(){next(createError(400,_error))});return}if(stream!==req&&(req.unpipe(stream),stream.on("error",()=>{}),stream.destroy(),req.resume()),verify)try{debug("verify body"),verify(req,res,body,encoding)}catch(err){next(createError(403,err,{body,type:err.type||"entity.verify.failed"}));return}let str=body;try{debug("parse body"),str=typeof body!="string"&&encoding!==null?iconv.decode(body,encoding):body,req.body=parse(str,encoding)}catch(err){next(createError(400,err,{body:str,type:err.type||"entity.parse.failed"}));return}next()})}function createDecompressionStream(encoding,debug){switch(encoding){case"deflate":return debug("inflate body"),zlib.createInflate();case"gzip":return debug("gunzip body"),zlib.createGunzip();case"br":return debug("brotli decompress body"),zlib.createBrotliDecompress();case"zstd":if(hasZstandardSupport)return debug("zstd decompress body"),zlib.createZstdDecompress()}throw createError(415,'unsupported content encoding "'+encoding+'"',{encoding,type:"encoding.unsupported"})}function dump(req,callback){onFinished.isFinished(req)?callback(null):(onFinished(req,callback),req.resume())}function getCharset(req){let header=req.headers["content-type"];if(header)return contentType.parse(header).parameters.charset?.toLowerCase()}}});var require_utils=__commonJS({"../../../target/express-bundle/node_modules/body-parser/lib/utils.js"(exports,module){"use strict";var bytes=require_bytes(),typeis=require_type_is();module.exports={normalizeOptions,passthrough};function typeChecker(type){return function(req){return!!typeis(req,type)}}function normalizeOptions(options,defaultType){if(!defaultType)throw new TypeError("defaultType must be provided");let inflate=options?.inflate!==!1,limit=typeof options?.limit>"u"||options?.limit===null?102400:bytes.parse(options.limit),type=options?.type||defaultType,verify=options?.verify||!1,defaultCharset=options?.defaultCharset||"utf-8";if(limit===null)throw new TypeError(`option limit "${String(options.limit)}" is invalid`);if(verify!==!1&&typeof verify!="function")throw new TypeError("option verify must be function");let shouldParse=typeof type!="function"?typeChecker(type):type;return{inflate,limit,verify,defaultCharset,shouldParse}}function passthrough(value){return value}}});var require_json=__commonJS({"../../../target/express-bundle/node_modules/body-parser/lib/types/json.js"(exports,module){"use strict";var debug=require_debug()("body-parser:json"),read=require_read(),{normalizeOptions}=require_utils();module.exports=json;var FIRST_NON_WHITESPACE_REGEXP=/^[\x20\x09\x0a\x0d]*([^\x20\x09\x0a\x0d]|$)/,JSON_SYNTAX_CHAR="#",JSON_SYNTAX_REGEXP=/#+/g;function json(options){let normalizedOptions=normalizeOptions(options,"application/json"),parse=createJsonParser(options),readOptions={...normalizedOptions,isValidCharset:charset=>charset.slice(0,4)==="utf-"};return function(req,res,next){read(req,res,next,parse,debug,readOptions)}}function createJsonParser(options){let reviver=options?.reviver;return options?.strict!==!1?function(body){if(body.length===0)return{};if(body[0]!=="{"&&body[0]!=="["){let first=firstNonWhitespaceChar(body);if(first!=="{"&&first!=="[")throw debug("strict violation"),createStrictSyntaxError(body,first)}try{return debug("parse json"),JSON.parse(body,reviver)}catch(e){throw normalizeJsonSyntaxError(e,{message:e.message,stack:e.stack})}}:function(body){if(body.length===0)return{};try{return debug("parse json"),JSON.parse(body,reviver)}catch(e){throw normalizeJsonSyntaxError(e,{message:e.message,stack:e.stack})}}}function createStrictSyntaxError(str,char){let index=str.indexOf(char),partial="";index!==-1&&(partial=str.substring(0,index)+JSON_SYNTAX_CHAR.repeat(str.length-index));try{throw JSON.parse(partial),new SyntaxError("strict violation")}catch(e){return normalizeJsonSyntaxError(e,{message:e.message.replace(JSON_SYNTAX_REGEXP,function(placeholder){return str.substring(index,index+placeholder.length)}),stack:e.stack})}}function firstNonWhitespaceChar(str){let match=FIRST_NON_WHITESPACE_REGEXP.exec(str);return match&&match[1]?match[1]:void 0}function normalizeJsonSyntaxError(error,obj){let keys=Object.getOwnPropertyNames(error);for(let i=0;i<keys.length;i++){let key=keys[i];key!=="stack"&&key!=="message"&&delete error[key]}return error.stack=obj.stack.replace(error.message,obj.message),error.message=obj.message,error}}});var require_raw=__commonJS({"../../../target/express-bundle/node_modules/body-parser/lib/types/raw.js"(exports,module){"use strict";var debug=require_debug()("body-parser:raw"),read=require_read(),{normalizeOptions,passthrough}=require_utils();module.exports=raw;function raw(options){let readOptions={...normalizeOptions(options,"application/octet-stream"),skipCharset:!0};return function(req,res,next){read(req,res,next,passthrough,debug,readOptions)}}}});var require_text=__commonJS({"../../../target/express-bundle/node_modules/body-parser/lib/types/text.js"(exports,module){"use strict";var debug=require_debug()("body-parser:text"),read=require_read(),{normalizeOptions,passthrough}=require_utils();module.exports=text;function text(options){let normalizedOptions=normalizeOptions(options,"text/plain");return function(req,res,next){read(req,res,next,passthrough,debug,normalizedOptions)}}}});var require_formats=__commonJS({"../../../target/express-bundle/node_modules/qs/lib/formats.js"(exports,module){"use strict";var replace=String.prototype.replace,percentTwenties=/%20/g,Format={RFC1738:"RFC1738",RFC3986:"RFC3986",WHATWG:"WHATWG"};module.exports={default:Format.RFC3986,formatters:{RFC1738:function(value){return replace.call(value,percentTwenties,"+")},RFC3986:function(value){return String(value)},WHATWG:function(value){return replace.call(value,percentTwenties,"+")}},RFC1738:Format.RFC1738,RFC3986:Format.RFC3986,WHATWG:Format.WHATWG}}});var require_side_channel=__commonJS({"shims/side_channel.cjs"(exports,module){"use strict";module.exports=()=>new WeakMap}});var require_es_define_property=__commonJS({"../../../target/express-bundle/node_modules/es-define-property/index.js"(exports,module){"use strict";var $defineProperty=Object.defineProperty||!1;if($defineProperty)try{$defineProperty({},"a",{value:1})}catch{$defineProperty=!1}module.exports=$defineProperty}});var require_utils2=__commonJS({"../../../target/express-bundle/node_modules/qs/lib/utils.js"(exports,module){"use strict";var formats=require_formats(),getSideChannel=require_side_channel(),defineProperty=require_es_define_property(),has=Object.prototype.hasOwnProperty,isArray=Array.isArray,overflowChannel=getSideChannel(),markOverflow=function(obj,maxIndex){return overflowChannel.set(obj,maxIndex),obj},isOverflow=function(obj){return overflowChannel.has(obj)},getMaxIndex=function(obj){return overflowChannel.get(obj)},setMaxIndex=function(obj,maxIndex){overflowChannel.set(obj,maxIndex)},conflictChannel=getSideChannel(),markConflict=function(obj,maxIndex){return conflictChannel.set(obj,maxIndex),obj},isConflict=function(obj){return conflictChannel.has(obj)},getConflictIndex=function(obj){return conflictChannel.get(obj)},hexTable=(function(){for(var array=[],i=0;i<256;++i)array[array.length]="%"+((i<16?"0":"")+i.toString(16)).toUpperCase();return array})(),compactQueue=function(queue){for(;queue.length>1;){var item=queue.pop(),obj=item.obj[item.prop];if(isArray(obj)){for(var compacted=[],j=0;j<obj.length;++j)typeof obj[j]<"u"&&(compacted[compacted.length]=obj[j]);item.obj[item.prop]=compacted}}},arrayToObject=function(source,options){for(var obj=options&&options.plainObjects?{__proto__:null}:{},i=0;i<source.length;++i)typeof source[i]<"u"&&(obj[i]=source[i]);return obj},setProperty=function(obj,key,value){key==="__proto__"&&defineProperty?defineProperty(obj,key,{configurable:!0,enumerable:!0,value,writable:!0}):obj[key]=value},maxNumericIndex=function(obj,min){for(var max=min,keys=Object.keys(obj),i=0;i<keys.length;++i){var num=parseInt(keys[i],10);String(num)===keys[i]&&num>max&&(max=num)}return max},countElements=function(arr){for(var count=0,i=0;i<arr.length;++i)has.call(arr,i)&&(count+=1);return count},limitedPair=function(first,second,options){var pair=[first,second];if(options&&typeof options.arrayLimit=="number"&&pair.length>options.arrayLimit){if(options.throwOnLimitExceeded)throw new RangeError("Array limit exceeded. Only "+options.arrayLimit+" element"+(options.arrayLimit===1?"":"s")+" allowed in an array.");return markOverflow(arrayToObject(pair,options),1)}return pair},merge=function merge2(target,source,options){if(!source)return target;if(typeof source!="object"&&typeof source!="function"){if(isArray(target)){var nextIndex=target.length;if(options&&typeof options.arrayLimit=="number"&&countElements(target)>=options.arrayLimit){if(options.throwOnLimitExceeded)throw new RangeError("Array limit exceeded. Only "+options.arrayLimit+" element"+(options.arrayLimit===1?"":"s")+" allowed in an array.");return markOverflow(arrayToObject(target.concat(source),options),nextIndex)}target[nextIndex]=source}else if(target&&typeof target=="object")if(isOverflow(target)){var newIndex=getMaxIndex(target)+1;target[newIndex]=source,setMaxIndex(target,newIndex)}else if(options&&options.strictMerge&&isConflict(target)){var nextConflict=getConflictIndex(target)+1;if(options.throwOnLimitExceeded&&typeof options.arrayLimit=="number"&&nextConflict>=options.arrayLimit)throw new RangeError("Array limit exceeded. Only "+options.arrayLimit+" element"+(options.arrayLimit===1?"":"s")+" allowed in an array.");target[nextConflict]=source,markConflict(target,nextConflict)}else if(options&&options.strictMerge){var conflict=limitedPair(target,source,options);return isArray(conflict)?markConflict(conflict,1):conflict}else(options&&(options.plainObjects||options.allowPrototypes)||!has.call(Object.prototype,source))&&(target[source]=!0);else return limitedPair(target,source,options);return target}if(!target||typeof target!="object"){if(isOverflow(source)){for(var sourceKeys=Object.keys(source),result=options&&options.plainObjects?{__proto__:null,0:target}:{0:target},m=0;m<sourceKeys.length;m++){var oldKey=parseInt(sourceKeys[m],10);result[oldKey+1]=source[sourceKeys[m]]}return markOverflow(result,getMaxIndex(source)+1)}var combined=[target].concat(source);if(options&&typeof options.arrayLimit=="number"&&combined.length>options.arrayLimit){if(options.throwOnLimitExceeded)throw new RangeError("Array limit exceeded. Only "+options.arrayLimit+" element"+(options.arrayLimit===1?"":"s")+" allowed in an array.");return markOverflow(arrayToObject(combined,options),combined.length-1)}return combined}var mergeTarget=target;if(isArray(target)&&!isArray(source)&&(mergeTarget=arrayToObject(target,options),isConflict(target)&&markConflict(mergeTarget,target.length-1)),isArray(target)&&isArray(source)){if(source.forEach(function(item,i){if(has.call(target,i)){var targetItem=target[i];targetItem&&typeof targetItem=="object"&&item&&typeof item=="object"?target[i]=merge2(targetItem,item,options):target[target.length]=item}else target[i]=item}),options&&typeof options.arrayLimit=="number"&&countElements(target)>options.arrayLimit){if(options.throwOnLimitExceeded)throw new RangeError("Array limit exceeded. Only "+options.arrayLimit+" element"+(options.arrayLimit===1?"":"s")+" allowed in an array.");return markOverflow(arrayToObject(target,options),target.length-1)}return target}return Object.keys(source).reduce(function(acc,key){var value=source[key];if(has.call(acc,key)?setProperty(acc,key,merge2(acc[key],value,options)):setProperty(acc,key,value),isOverflow(source)&&!isOverflow(acc)&&markOverflow(acc,maxNumericIndex(acc,getMaxIndex(source))),isOverflow(acc)){var keyNum=parseInt(key,10);String(keyNum)===key&&keyNum>=0&&keyNum>getMaxIndex(acc)&&setMaxIndex(acc,keyNum)}if(isConflict(acc)){var conflictKey=parseInt(key,10);String(conflictKey)===key&&conflictKey>getConflictIndex(acc)&&markConflict(acc,conflictKey)}return acc},mergeTarget)},assign=function(target,source){return Object.keys(source).reduce(function(acc,key){return setProperty(acc,key,source[key]),acc},target)},decode=function(str,defaultDecoder,charset){if(typeof str=="string"&&str.indexOf("%")===-1)return str.indexOf("+")===-1?str:str.replace(/\+/g," ");var strWithoutPlus=str.replace(/\+/g," ");if(charset==="iso-8859-1")return strWithoutPlus.replace(/%[0-9a-f]{2}/gi,unescape);try{return decodeURIComponent(strWithoutPlus)}catch{return strWithoutPlus}},hasToPrimitive=typeof Symbol=="function"&&typeof Symbol.toPrimitive=="symbol",arrayJoin=Array.prototype.join,arrayToString=Array.prototype.toString,objectToString=Object.prototype.toString,toCoercible=function toCoercible2(value,joining){if(!value||typeof value!="object"&&typeof value!="function"||hasToPrimitive&&value[Symbol.toPrimitive]!=null)return value;if(isArray(value)&&value.toString===arrayToString&&value.join===arrayJoin){var ancestors=joining||getSideChannel();if(ancestors.has(value))return"";ancestors.set(value,!0);for(var copy,i=0;i<value.length;i+=1){var item=value[i],coerced=toCoercible2(item,ancestors);if(!copy&&coerced!==item){copy=[];for(var j=0;j<i;j+=1)copy[j]=value[j]}copy&&(copy[i]=coerced)}return ancestors.delete(value),copy||value}if(typeof value.toString=="function")return value;var valueOf=value.valueOf;if(typeof valueOf=="function"){var primitive=valueOf.call(value);if(!primitive||typeof primitive!="object"&&typeof primitive!="function")return String(primitive)}return objectToString.call(value)},limit=1024,encode=function(str,defaultEncoder,charset,kind,format){if(str.length===0)return str;var string=str;if(typeof str=="symbol"?string=Symbol.prototype.toString.call(str):typeof str!="string"&&(string=String(toCoercible(str))),charset==="iso-8859-1")return escape(string).replace(/%u[0-9a-f]{4}/gi,function($0){return"%26%23"+parseInt($0.slice(2),16)+"%3B"}).replace(/\+/g,"%2B");for(var out="",j=0;j<string.length;j+=limit){var segment=string.length>=limit?string.slice(j,j+limit):string;if(j+limit<string.length){var last=segment.charCodeAt(segment.length-1);last>=55296&&last<=56319&&(segment=segment.slice(0,-1),j-=1)}for(var arr=[],i=0;i<segment.length;++i){var c=segment.charCodeAt(i);if(c===45||c===46||c===95||c===126&&format!==formats.WHATWG||c>=48&&c<=57||c>=65&&c<=90||c>=97&&c<=122||format===formats.RFC1738&&(c===40||c===41)||format===formats.WHATWG&&c===42){arr[arr.length]=segment.charAt(i);continue}if(c<128){arr[arr.length]=hexTable[c];continue}if(c<2048){arr[arr.length]=hexTable[192|c>>6]+hexTable[128|c&63];continue}if(c<55296||c>=57344){arr[arr.length]=hexTable[224|c>>12]+hexTable[128|c>>6&63]+hexTable[128|c&63];continue}var next=segment.charCodeAt(i+1);c<=56319&&next>=56320&&next<=57343?(i+=1,c=65536+((c&1023)<<10|next&1023),arr[arr.length]=hexTable[240|c>>18]+hexTable[128|c>>12&63]+hexTable[128|c>>6&63]+hexTable[128|c&63]):arr[arr.length]="%EF%BF%BD"}out+=arr.join("")}return out},compact=function(value){for(var queue=[{obj:{o:value},prop:"o"}],refs=getSideChannel(),i=0;i<queue.length;++i)for(var item=queue[i],obj=item.obj[item.prop],keys=Object.keys(obj),j=0;j<keys.length;++j){var key=keys[j],val=obj[key];typeof val=="object"&&val!==null&&!refs.has(val)&&(queue[queue.length]={obj,prop:key},refs.set(val,!0))}return compactQueue(queue),value},isRegExp=function(obj){return Object.prototype.toString.call(obj)==="[object RegExp]"},isBuffer=function(obj){return!obj||typeof obj!="object"?!1:!!(obj.constructor&&typeof obj.constructor.isBuffer=="function"&&obj.constructor.isBuffer(obj))},combine=function(a,b,arrayLimit,plainObjects,throwOnLimitExceeded){if(isOverflow(a)){if(throwOnLimitExceeded)throw new RangeError("Array limit exceeded. Only "+arrayLimit+" element"+(arrayLimit===1?"":"s")+" allowed in an array.");for(var bValues=isArray(b)?b:[b],newIndex=getMaxIndex(a),i=0;i<bValues.length;++i)newIndex+=1,a[newIndex]=bValues[i];return setMaxIndex(a,newIndex),a}var result=[].concat(a,b);if(result.length>arrayLimit){if(throwOnLimitExceeded)throw new RangeError("Array limit exceeded. Only "+arrayLimit+" element"+(arrayLimit===1?"":"s")+" allowed in an array.");return markOverflow(arrayToObject(result,{plainObjects}),result.length-1)}return result},maybeMap=function(val,fn){if(isArray(val)){for(var mapped=[],i=0;i<val.length;i+=1)mapped[mapped.length]=fn(val[i]);return mapped}return fn(val)};module.exports={arrayToObject,assign,combine,compact,decode,encode,isBuffer,isOverflow,isRegExp,markOverflow,maybeMap,merge,setProperty,toCoercible}}});var require_parse=__commonJS({"../../../target/express-bundle/node_modules/qs/lib/parse.js"(exports,module){"use strict";var getSideChannel=require_side_channel(),utils=require_utils2(),has=Object.prototype.hasOwnProperty,isArray=Array.isArray,getPrototypeOf=Object.getPrototypeOf,fromCharCode=String.fromCharCode,isPlainContainer=function(value){if(!value||typeof value!="object")return!1;if(isArray(value))return!0;var proto=getPrototypeOf(value);return proto===Object.prototype||proto===null},emptyCopyOf=function(value){if(isArray(value)){var arr=[];return arr.length=value.length,arr}return getPrototypeOf(value)===null?{__proto__:null}:{}},copyInput=function(input){for(var copies=getSideChannel(),result={},queue=[{source:input,target:result}],i=0;i<queue.length;++i)for(var source=queue[i].source,target=queue[i].target,keys=Object.keys(source),j=0;j<keys.length;++j){var value=source[keys[j]];if(isPlainContainer(value)){if(!copies.has(value)){var copy=emptyCopyOf(value);copies.set(value,copy),queue[queue.length]={source:value,target:copy}}utils.setProperty(target,keys[j],copies.get(value))}else utils.setProperty(target,keys[j],value)}return result},defaults={allowDots:!1,allowEmptyArrays:!1,allowPrototypes:!1,allowSparse:!1,arrayLimit:20,charset:"utf-8",charsetSentinel:!1,comma:!1,decodeDotInKeys:!1,decoder:utils.decode,delimiter:"&",depth:5,duplicates:"combine",ignoreQueryPrefix:!1,interpretNumericEntities:!1,parameterLimit:1e3,parseArrays:!0,plainObjects:!1,strictDepth:!1,strictMerge:!0,strictNullHandling:!1,throwOnLimitExceeded:!1},interpretNumericEntities=function(str){return str.replace(/&#(\d+);/g,function($0,numberStr){var c=parseInt(numberStr,10);return c>65535&&c<=1114111?(c-=65536,fromCharCode(55296|c>>10,56320|c&1023)):fromCharCode(c)})},parseArrayValue=function(val,options,currentArrayLength){if(val&&typeof val=="string"&&options.comma&&val.indexOf(",")>-1){if(options.throwOnLimitExceeded)for(var commaCount=0,commaIndex=val.indexOf(",");commaIndex>-1;){if(commaCount+=1,commaCount>=options.arrayLimit)throw new RangeError("Array limit exceeded. Only "+options.arrayLimit+" element"+(options.arrayLimit===1?"":"s")+" allowed in an array.");commaIndex=val.indexOf(",",commaIndex+1)}return val.split(",")}if(options.throwOnLimitExceeded&&currentArrayLength>=options.arrayLimit&&currentArrayLength>0)throw new RangeError("Array limit exceeded. Only "+options.arrayLimit+" element"+(options.arrayLimit===1?"":"s")+" allowed in an array.");return val},isoSentinel="utf8=%26%2310003%3B",charsetSentinel="utf8=%E2%9C%93",parseValues=function(str,options){var obj={__proto__:null},cleanStr=options.ignoreQueryPrefix?str.replace(/^\?/,""):str;cleanStr=cleanStr.replace(/%5B/gi,"[").replace(/%5D/gi,"]");var limit=options.parameterLimit===1/0?void 0:options.parameterLimit,parts=cleanStr.split(options.delimiter,options.throwOnLimitExceeded&&typeof limit<"u"?limit+1:limit);if(options.throwOnLimitExceeded&&typeof limit<"u"&&parts.length>limit)throw new RangeError("Parameter limit exceeded. Only "+limit+" parameter"+(limit===1?"":"s")+" allowed.");var skipIndex=-1,i,charset=options.charset;if(options.charsetSentinel)for(i=0;i<parts.length;++i)parts[i].indexOf("utf8=")===0&&(parts[i]===charsetSentinel?charset="utf-8":parts[i]===isoSentinel&&(charset="iso-8859-1"),skipIndex=i,i=parts.length);for(i=0;i<parts.length;++i)if(i!==skipIndex){var part=parts[i],bracketEqualsPos=part.indexOf("]="),pos=bracketEqualsPos===-1?part.indexOf("="):bracketEqualsPos+1,isEmptyBracketKey=pos>1&&part.slice(pos-2,pos)==="[]",key,val;if(pos===-1?(key=options.decoder(part,defaults.decoder,charset,"key"),val=options.strictNullHandling?null:""):(key=options.decoder(part.slice(0,pos),defaults.decoder,charset,"key"),key!==null&&(val=utils.maybeMap(parseArrayValue(part.slice(pos+1),options,isArray(obj[key])&&(options.duplicates==="combine"||isEmptyBracketKey)?obj[key].length:0),function(encodedVal){return options.decoder(encodedVal,defaults.decoder,charset,"value")}))),val&&options.interpretNumericEntities&&charset==="iso-8859-1"&&(val=utils.maybeMap(val,function(value){return value&&interpretNumericEntities(String(value))})),isEmptyBracketKey&&(val=isArray(val)?[val]:val),options.comma&&isArray(val)&&val.length>options.arrayLimit&&(val=utils.combine([],val,options.arrayLimit,options.plainObjects,options.throwOnLimitExceeded)),key!==null){var existing=has.call(obj,key);existing&&(options.duplicates==="combine"||isEmptyBracketKey)?obj[key]=utils.combine(obj[key],val,options.arrayLimit,options.plainObjects,options.throwOnLimitExceeded):(!existing||options.duplicates==="last")&&(obj[key]=val)}}return obj},stripWrappingBrackets=function(key){return key.charAt(0)==="["&&key.charAt(key.length-1)==="]"?key.slice(1,-1):key},parseObject=function(chain,val,options,valuesParsed){var currentArrayLength=0;if(chain.length>0&&chain[chain.length-1]==="[]"){var parentKey=chain.slice(0,-1).join("");currentArrayLength=Array.isArray(val)&&val[parentKey]?val[parentKey].length:0}for(var leaf=valuesParsed?val:parseArrayValue(val,options,currentArrayLength),i=chain.length-1;i>=0;--i){var obj,root=chain[i];if(root==="[]"&&options.parseArrays)utils.isOverflow(leaf)?obj=leaf:obj=options.allowEmptyArrays&&(leaf===""||options.strictNullHandling&&leaf===null)?[]:utils.combine([],leaf,options.arrayLimit,options.plainObjects,options.throwOnLimitExceeded);else{obj=options.plainObjects?{__proto__:null}:{};var cleanRoot=stripWrappingBrackets(root),decodedRoot=options.decodeDotInKeys?cleanRoot.replace(/%2E/gi,"."):cleanRoot,index=parseInt(decodedRoot,10),isValidArrayIndex=!isNaN(index)&&root!==decodedRoot&&String(index)===decodedRoot&&index>=0&&options.parseArrays;if(!options.parseArrays&&decodedRoot==="")obj[0]=leaf;else if(isValidArrayIndex&&index<options.arrayLimit)obj=[],obj[index]=leaf;else{if(isValidArrayIndex&&options.throwOnLimitExceeded)throw new RangeError("Array limit exceeded. Only "+options.arrayLimit+" element"+(options.arrayLimit===1?"":"s")+" allowed in an array.");isValidArrayIndex?(obj[index]=leaf,utils.markOverflow(obj,index)):decodedRoot!=="__proto__"&&(obj[decodedRoot]=leaf)}}leaf=obj}return leaf},topLevelDotsToBrackets=function(key){for(var result="",depth=0,i=0;i<key.length;i+=1){var cu=key.charCodeAt(i);if(cu===91)depth+=1,result+="[";else if(cu===93)depth>0&&(depth-=1),result+="]";else if(cu===46&&depth===0&&i+1<key.length&&key.charCodeAt(i+1)!==46&&key.charCodeAt(i+1)!==91){for(var start=i+1,j=start;j<key.length&&key.charCodeAt(j)!==46&&key.charCodeAt(j)!==91;)j+=1;result+="["+key.slice(start,j)+"]",i=j-1}else result+=key.charAt(i)}return result},splitKeyIntoSegments=function(originalKey,options){var key=options.allowDots?topLevelDotsToBrackets(originalKey):originalKey;if(options.depth<=0)return!options.plainObjects&&has.call(Object.prototype,stripWrappingBrackets(key))&&!options.allowPrototypes?void 0:[key];var segments=[],first=key.indexOf("["),parent=first>=0?key.slice(0,first):key;if(parent){if(!options.plainObjects&&has.call(Object.prototype,parent)&&!options.allowPrototypes)return;segments[segments.length]=parent}for(var n=key.length,open=first,collected=0;open>=0&&collected<options.depth;){for(var level=1,i=open+1,close=-1;i<n&&close<0;){var cu=key.charCodeAt(i);cu===91?level+=1:cu===93&&(level-=1,level===0&&(close=i)),i+=1}if(close<0)return segments[segments.length]="["+key.slice(open)+"]",segments;var seg=key.slice(open,close+1),content=seg.slice(1,-1);if(!options.plainObjects&&has.call(Object.prototype,content)&&!options.allowPrototypes)return;segments[segments.length]=seg,collected+=1,open=key.indexOf("[",close+1)}if(open>=0){if(options.strictDepth===!0)throw new RangeError("Input depth exceeded depth option of "+options.depth+" and strictDepth is true");segments[segments.length]="["+key.slice(open)+"]"}return segments},parseKeys=function(givenKey,val,options,valuesParsed){if(givenKey){var keys=splitKeyIntoSegments(givenKey,options);if(keys)return parseObject(keys,val,options,valuesParsed)}},normalizeParseOptions=function(opts){if(!opts)return defaults;if(typeof opts.allowEmptyArrays<"u"&&typeof opts.allowEmptyArrays!="boolean")throw new TypeError("`allowEmptyArrays` option can only be `true` or `false`, when provided");if(typeof opts.decodeDotInKeys<"u"&&typeof opts.decodeDotInKeys!="boolean")throw new TypeError("`decodeDotInKeys` option can only be `true` or `false`, when provided");if(opts.decoder!==null&&typeof opts.decoder<"u"&&typeof opts.decoder!="function")throw new TypeError("Decoder has to be a function.");if(typeof opts.charset<"u"&&opts.charset!=="utf-8"&&opts.charset!=="iso-8859-1")throw new TypeError("The charset option must be either utf-8, iso-8859-1, or undefined");if(typeof opts.throwOnLimitExceeded<"u"&&typeof opts.throwOnLimitExceeded!="boolean")throw new TypeError("`throwOnLimitExceeded` option must be a boolean");var charset=typeof opts.charset>"u"?defaults.charset:opts.charset,duplicates=typeof opts.duplicates>"u"?defaults.duplicates:opts.duplicates;if(duplicates!=="combine"&&duplicates!=="first"&&duplicates!=="last")throw new TypeError("The duplicates option must be either combine, first, or last");var allowDots=typeof opts.allowDots>"u"?opts.decodeDotInKeys===!0?!0:defaults.allowDots:!!opts.allowDots;return{allowDots,allowEmptyArrays:typeof opts.allowEmptyArrays=="boolean"?!!opts.allowEmptyArrays:defaults.allowEmptyArrays,allowPrototypes:typeof opts.allowPrototypes=="boolean"?opts.allowPrototypes:defaults.allowPrototypes,allowSparse:typeof opts.allowSparse=="boolean"?opts.allowSparse:defaults.allowSparse,arrayLimit:typeof opts.arrayLimit=="number"?opts.arrayLimit:defaults.arrayLimit,charset,charsetSentinel:typeof opts.charsetSentinel=="boolean"?opts.charsetSentinel:defaults.charsetSentinel,comma:typeof opts.comma=="boolean"?opts.comma:defaults.comma,decodeDotInKeys:typeof opts.decodeDotInKeys=="boolean"?opts.decodeDotInKeys:defaults.decodeDotInKeys,decoder:typeof opts.decoder=="function"?opts.decoder:defaults.decoder,delimiter:typeof opts.delimiter=="string"||utils.isRegExp(opts.delimiter)?opts.delimiter:defaults.delimiter,depth:typeof opts.depth=="number"||opts.depth===!1?+opts.depth:defaults.depth,duplicates,ignoreQueryPrefix:opts.ignoreQueryPrefix===!0,interpretNumericEntities:typeof opts.interpretNumericEntities=="boolean"?opts.interpretNumericEntities:defaults.interpretNumericEntities,parameterLimit:typeof opts.parameterLimit=="number"?opts.parameterLimit:defaults.parameterLimit,parseArrays:opts.parseArrays!==!1,plainObjects:typeof opts.plainObjects=="boolean"?opts.plainObjects:defaults.plainObjects,strictDepth:typeof opts.strictDepth=="boolean"?!!opts.strictDepth:defaults.strictDepth,strictMerge:typeof opts.strictMerge=="boolean"?!!opts.strictMerge:defaults.strictMerge,strictNullHandling:typeof opts.strictNullHandling=="boolean"?opts.strictNullHandling:defaults.strictNullHandling,throwOnLimitExceeded:typeof opts.throwOnLimitExceeded=="boolean"?opts.throwOnLimitExceeded:!1}};module.exports=function(str,opts){var options=normalizeParseOptions(opts);if(str===""||str===null||typeof str>"u")return options.plainObjects?{__proto__:null}:{};for(var tempObj=typeof str=="string"?parseValues(str,options):copyInput(str),obj=options.plainObjects?{__proto__:null}:{},keys=Object.keys(tempObj),i=0;i<keys.length;++i){var key=keys[i],newObj=parseKeys(key,tempObj[key],options,typeof str=="string");obj=utils.merge(obj,newObj,options)}return options.allowSparse===!0?obj:utils.compact(obj)}}});var require_qs=__commonJS({"shims/qs.cjs"(exports,module){"use strict";module.exports={formats:require_formats(),parse:require_parse()}}});var require_urlencoded=__commonJS({"../../../target/express-bundle/node_modules/body-parser/lib/types/urlencoded.js"(exports,module){"use strict";var createError=require_http_errors(),debug=require_debug()("body-parser:urlencoded"),read=require_read(),qs=require_qs(),{normalizeOptions}=require_utils();module.exports=urlencoded;function urlencoded(options){let normalizedOptions=normalizeOptions(options,"application/x-www-form-urlencoded");if(normalizedOptions.defaultCharset!=="utf-8"&&normalizedOptions.defaultCharset!=="iso-8859-1")throw new TypeError("option defaultCharset must be either utf-8 or iso-8859-1");let parse=createQueryParser(options),readOptions={...normalizedOptions,isValidCharset:charset=>charset==="utf-8"||charset==="iso-8859-1"};return function(req,res,next){read(req,res,next,parse,debug,readOptions)}}function createQueryParser(options){let extended=!!options?.extended,parameterLimit=options?.parameterLimit!==void 0?options?.parameterLimit:1e3,charsetSentinel=options?.charsetSentinel,interpretNumericEntities=options?.interpretNumericEntities,depth=extended?options?.depth!==void 0?options?.depth:32:0;if(isNaN(parameterLimit)||parameterLimit<1)throw new TypeError("option parameterLimit must be a positive number");if(isNaN(depth)||depth<0)throw new TypeError("option depth must be a zero or a positive number");return isFinite(parameterLimit)&&(parameterLimit=parameterLimit|0),function(body,encoding){if(!body.length)return{};let paramCount=parameterCount(body,parameterLimit);if(paramCount===void 0)throw debug("too many parameters"),createError(413,"too many parameters",{type:"parameters.too.many"});let arrayLimit=extended?Math.max(100,paramCount):paramCount;debug("parse "+(extended?"extended ":"")+"urlencoding");try{return qs.parse(body,{allowPrototypes:!0,arrayLimit,depth,charsetSentinel,interpretNumericEntities,charset:encoding,parameterLimit,strictDepth:!0})}catch(err){throw err instanceof RangeError?createError(400,"The input exceeded the depth",{type:"querystring.parse.rangeError"}):err}}}function parameterCount(body,limit){let count=0,index=-1;do{if(count++,count>limit)return;index=body.indexOf("&",index+1)}while(index!==-1);return count}}});var require_body_parser=__commonJS({"../../../target/express-bundle/node_modules/body-parser/index.js"(exports,module){"use strict";exports=module.exports=bodyParser;exports.json=require_json();exports.raw=require_raw();exports.text=require_text();exports.urlencoded=require_urlencoded();function bodyParser(){throw new Error("The bodyParser() generic has been split into individual middleware to use instead.")}}});var require_cookie=__commonJS({"../../../target/express-bundle/node_modules/cookie/index.js"(exports){"use strict";exports.parse=parse;exports.serialize=serialize;var __toString=Object.prototype.toString,__hasOwnProperty=Object.prototype.hasOwnProperty,cookieNameRegExp=/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/,cookieValueRegExp=/^("?)[\u0021\u0023-\u002B\u002D-\u003A\u003C-\u005B\u005D-\u007E]*\1$/,domainValueRegExp=/^([.]?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)([.][a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i,pathValueRegExp=/^[\u0020-\u003A\u003D-\u007E]*$/;function parse(str,opt){if(typeof str!="string")throw new TypeError("argument str must be a string");var obj={},len=str.length;if(len<2)return obj;var dec=opt&&opt.decode||decode,index=0,eqIdx=0,endIdx=0;do{if(eqIdx=str.indexOf("=",index),eqIdx===-1)break;if(endIdx=str.indexOf(";",index),endIdx===-1)endIdx=len;else if(eqIdx>endIdx){index=str.lastIndexOf(";",eqIdx-1)+1;continue}var keyStartIdx=startIndex(str,index,eqIdx),keyEndIdx=endIndex(str,eqIdx,keyStartIdx),key=str.slice(keyStartIdx,keyEndIdx);if(!__hasOwnProperty.call(obj,key)){var valStartIdx=startIndex(str,eqIdx+1,endIdx),valEndIdx=endIndex(str,endIdx,valStartIdx);str.charCodeAt(valStartIdx)===34&&str.charCodeAt(valEndIdx-1)===34&&(valStartIdx++,valEndIdx--);var val=str.slice(valStartIdx,valEndIdx);obj[key]=tryDecode(val,dec)}index=endIdx+1}while(index<len);return obj}function startIndex(str,index,max){do{var code=str.charCodeAt(index);if(code!==32&&code!==9)return index}while(++index<max);return max}function endIndex(str,index,min){for(;index>min;){var code=str.charCodeAt(--index);if(code!==32&&code!==9)return index+1}return min}function serialize(name,val,opt){var enc=opt&&opt.encode||encodeURIComponent;if(typeof enc!="function")throw new TypeError("option encode is invalid");if(!cookieNameRegExp.test(name))throw new TypeError("argument name is invalid");var value=enc(val);if(!cookieValueRegExp.test(value))throw new TypeError("argument val is invalid");var str=name+"="+value;if(!opt)return str;if(opt.maxAge!=null){var maxAge=Math.floor(opt.maxAge);if(!isFinite(maxAge))throw new TypeError("option maxAge is invalid");str+="; Max-Age="+maxAge}if(opt.domain){if(!domainValueRegExp.test(opt.domain))throw new TypeError("option domain is invalid");str+="; Domain="+opt.domain}if(opt.path){if(!pathValueRegExp.test(opt.path))throw new TypeError("option path is invalid");str+="; Path="+opt.path}if(opt.expires){var expires=opt.expires;if(!isDate(expires)||isNaN(expires.valueOf()))throw new TypeError("option expires is invalid");str+="; Expires="+expires.toUTCString()}if(opt.httpOnly&&(str+="; HttpOnly"),opt.secure&&(str+="; Secure"),opt.partitioned&&(str+="; Partitioned"),opt.priority){var priority=typeof opt.priority=="string"?opt.priority.toLowerCase():opt.priority;switch(priority){case"low":str+="; Priority=Low";break;case"medium":str+="; Priority=Medium";break;case"high":str+="; Priority=High";break;default:throw new TypeError("option priority is invalid")}}if(opt.sameSite){var sameSite=typeof opt.sameSite=="string"?opt.sameSite.toLowerCase():opt.sameSite;switch(sameSite){case!0:str+="; SameSite=Strict";break;case"lax":str+="; SameSite=Lax";break;case"strict":str+="; SameSite=Strict";break;case"none":str+="; SameSite=None";break;default:throw new TypeError("option sameSite is invalid")}}return str}function decode(str){return str.indexOf("%")!==-1?decodeURIComponent(str):str}function isDate(val){return __toString.call(val)==="[object Date]"}function tryDecode(str,decode2){try{return decode2(str)}catch{return str}}}});var require_merge_descriptors=__commonJS({"../../../target/express-bundle/node_modules/merge-descriptors/index.js"(exports,module){"use strict";function mergeDescriptors(destination,source,overwrite=!0){if(!destination)throw new TypeError("The `destination` argument is required.");if(!source)throw new TypeError("The `source` argument is required.");for(let name of Object.getOwnPropertyNames(source)){if(!overwrite&&Object.hasOwn(destination,name))continue;let descriptor=Object.getOwnPropertyDescriptor(source,name);Object.defineProperty(destination,name,descriptor)}return destination}module.exports=mergeDescriptors}});var require_encodeurl=__commonJS({"../../../target/express-bundle/node_modules/encodeurl/index.js"(exports,module){"use strict";module.exports=encodeUrl;var ENCODE_CHARS_REGEXP=/(?:[^\x21\x23-\x3B\x3D\x3F-\x5F\x61-\x7A\x7C\x7E]+|%+(?![0-9A-Fa-f]{2})){1,1024}/g,SURROGATE_REGEXP=/([\uD800-\uDBFF][\uDC00-\uDFFF])|[\uD800-\uDFFF]/g;function encodeUrl(url){return String(url).replace(SURROGATE_REGEXP,function(_,pair){return pair||"\uFFFD"}).replace(ENCODE_CHARS_REGEXP,encodeURI)}}});var require_escape_html=__commonJS({"../../../target/express-bundle/node_modules/escape-html/index.js"(exports,module){"use strict";var matchHtmlRegExp=/["'&<>]/;module.exports=escapeHtml;function escapeHtml(string){var str=""+string,match=matchHtmlRegExp.exec(str);if(!match)return str;var escape2,html="",index=0,lastIndex=0;for(index=match.index;index<str.length;index++){switch(str.charCodeAt(index)){case 34:escape2="&quot;";break;case 38:escape2="&amp;";break;case 39:escape2="&#39;";break;case 60:escape2="&lt;";break;case 62:escape2="&gt;";break;default:continue}lastIndex!==index&&(html+=str.substring(lastIndex,index)),lastIndex=index+1,html+=escape2}return lastIndex!==index?html+str.substring(lastIndex,index):html}}});var require_parseurl=__commonJS({"../../../target/express-bundle/node_modules/parseurl/index.js"(exports,module){"use strict";var url=__require("url"),parse=url.parse,Url=url.Url;module.exports=parseurl;module.exports.original=originalurl;function parseurl(req){var url2=req.url;if(url2!==void 0){var parsed=req._parsedUrl;return fresh(url2,parsed)?parsed:(parsed=fastparse(url2),parsed._raw=url2,req._parsedUrl=parsed)}}function originalurl(req){var url2=req.originalUrl;if(typeof url2!="string")return parseurl(req);var parsed=req._parsedOriginalUrl;return fresh(url2,parsed)?parsed:(parsed=fastparse(url2),parsed._raw=url2,req._parsedOriginalUrl=parsed)}function fastparse(str){if(typeof str!="string"||str.charCodeAt(0)!==47)return parse(str);for(var pathname=str,query=null,search=null,i=1;i<str.length;i++)switch(str.charCodeAt(i)){case 63:search===null&&(pathname=str.substring(0,i),query=str.substring(i+1),search=str.substring(i));break;case 9:case 10:case 12:case 13:case 32:case 35:case 160:case 65279:return parse(str)}var url2=Url!==void 0?new Url:{};return url2.path=str,url2.href=str,url2.pathname=pathname,search!==null&&(url2.query=query,url2.search=search),url2}function fresh(url2,parsedUrl){return typeof parsedUrl=="object"&&parsedUrl!==null&&(Url===void 0||parsedUrl instanceof Url)&&parsedUrl._raw===url2}}});var require_finalhandler=__commonJS({"../../../target/express-bundle/node_modules/finalhandler/index.js"(exports,module){"use strict";var debug=require_debug()("finalhandler"),encodeUrl=require_encodeurl(),escapeHtml=require_escape_html(),onFinished=require_on_finished(),parseUrl=require_parseurl(),statuses=require_statuses(),isFinished=onFinished.isFinished;function createHtmlDocument(message){var body=escapeHtml(message).replaceAll(`
`,"<br>").replaceAll("  "," &nbsp;");return`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Error</title>
</head>
<body>
<pre>`+body+`</pre>
</body>
</html>
`}module.exports=finalhandler;function finalhandler(req,res,options){var opts=options||{},env=opts.env||process.env.NODE_ENV||"development",onerror=opts.onerror;return function(err){var headers,msg,status;if(!err&&res.headersSent){debug("cannot 404 after headers sent");return}if(err?(status=getErrorStatusCode(err),status===void 0?status=getResponseStatusCode(res):headers=getErrorHeaders(err),msg=getErrorMessage(err,status,env)):(status=404,msg="Cannot "+req.method+" "+encodeUrl(getResourceName(req))),debug("default %s",status),err&&onerror&&setImmediate(onerror,err,req,res),res.headersSent){debug("cannot %d after headers sent",status),req.socket&&req.socket.destroy();return}send(req,res,status,headers,msg)}}function getErrorHeaders(err){if(!(!err.headers||typeof err.headers!="object"))return{...err.headers}}function getErrorMessage(err,status,env){var msg;return env!=="production"&&(msg=err.stack,!msg&&typeof err.toString=="function"&&(msg=err.toString())),msg||statuses.message[status]}function getErrorStatusCode(err){if(typeof err.status=="number"&&err.status>=400&&err.status<600)return err.status;if(typeof err.statusCode=="number"&&err.statusCode>=400&&err.statusCode<600)return err.statusCode}function getResourceName(req){try{return parseUrl.original(req).pathname}catch{return"resource"}}function getResponseStatusCode(res){var status=res.statusCode;return(typeof status!="number"||status<400||status>599)&&(status=500),status}function send(req,res,status,headers,message){function write(){var body=createHtmlDocument(message);res.statusCode=status,req.httpVersionMajor<2&&(res.statusMessage=statuses.message[status]),res.removeHeader("Content-Encoding"),res.removeHeader("Content-Language"),res.removeHeader("Content-Range");for(let[key,value]of Object.entries(headers??{}))res.setHeader(key,value);if(res.setHeader("Content-Security-Policy","default-src 'none'"),res.setHeader("X-Content-Type-Options","nosniff"),res.setHeader("Content-Type","text/html; charset=utf-8"),res.setHeader("Content-Length",Buffer.byteLength(body,"utf8")),req.method==="HEAD"){res.end();return}res.end(body,"utf8")}if(isFinished(req)){write();return}req.unpipe(),onFinished(req,write),req.resume()}}});var require_absent=__commonJS({"shims/absent.cjs"(exports){"use strict";var absent=(what,why)=>function(){throw new Error(`${what} is not available in this handler: ${why}`)};exports.Router=absent("a route of request.app","the handler is called for every request; install express for an application with routes");exports.View=absent("response.render()","install express and a view engine, and export the application");exports.files=absent("express.static()","install express, and export the application");exports.send=absent("response.sendFile()","read the file with node:fs and send its content, or install express and export the application")}});var require_View=__commonJS({"absent:View"(exports,module){module.exports=require_absent().View}});var require_crypto=__commonJS({"late:crypto"(exports,module){module.exports=require_late().crypto}});var require_fs=__commonJS({"late:fs"(exports,module){module.exports=require_late().fs}});var require_etag=__commonJS({"../../../target/express-bundle/node_modules/etag/index.js"(exports,module){"use strict";module.exports=etag;var crypto=require_crypto(),Stats=require_fs().Stats,toString=Object.prototype.toString;function entitytag(entity){if(entity.length===0)return'"0-2jmj7l5rSw0yVb/vlWAYkK/YBwk"';var hash=crypto.createHash("sha1").update(entity,"utf8").digest("base64").substring(0,27),len=typeof entity=="string"?Buffer.byteLength(entity,"utf8"):entity.length;return'"'+len.toString(16)+"-"+hash+'"'}function etag(entity,options){if(entity==null)throw new TypeError("argument entity is required");var isStats=isstats(entity),weak=options&&typeof options.weak=="boolean"?options.weak:isStats;if(!isStats&&typeof entity!="string"&&!Buffer.isBuffer(entity))throw new TypeError("argument entity must be string, Buffer, or fs.Stats");var tag=isStats?stattag(entity):entitytag(entity);return weak?"W/"+tag:tag}function isstats(obj){return typeof Stats=="function"&&obj instanceof Stats?!0:obj&&typeof obj=="object"&&"ctime"in obj&&toString.call(obj.ctime)==="[object Date]"&&"mtime"in obj&&toString.call(obj.mtime)==="[object Date]"&&"ino"in obj&&typeof obj.ino=="number"&&"size"in obj&&typeof obj.size=="number"}function stattag(stat){var mtime=stat.mtime.getTime().toString(16),size=stat.size.toString(16);return'"'+size+"-"+mtime+'"'}}});var require_forwarded=__commonJS({"../../../target/express-bundle/node_modules/forwarded/index.js"(exports,module){"use strict";module.exports=forwarded;function forwarded(req){if(!req)throw new TypeError("argument req is required");var proxyAddrs=parse(req.headers["x-forwarded-for"]||""),socketAddr=getSocketAddr(req),addrs=[socketAddr].concat(proxyAddrs);return addrs}function getSocketAddr(req){return req.socket?req.socket.remoteAddress:req.connection.remoteAddress}function parse(header){for(var end=header.length,list=[],start=header.length,i=header.length-1;i>=0;i--)switch(header.charCodeAt(i)){case 32:start===end&&(start=end=i);break;case 44:start!==end&&list.push(header.substring(start,end)),start=end=i;break;default:start=i;break}return start!==end&&list.push(header.substring(start,end)),list}}});var require_ipaddr=__commonJS({"../../../target/express-bundle/node_modules/ipaddr.js/lib/ipaddr.js"(exports,module){(function(){var expandIPv6,ipaddr,ipv4Part,ipv4Regexes,ipv6Part,ipv6Regexes,matchCIDR,root,zoneIndex;ipaddr={},root=this,typeof module<"u"&&module!==null&&module.exports?module.exports=ipaddr:root.ipaddr=ipaddr,matchCIDR=function(first,second,partSize,cidrBits){var part,shift;if(first.length!==second.length)throw new Error("ipaddr: cannot match CIDR for objects with different lengths");for(part=0;cidrBits>0;){if(shift=partSize-cidrBits,shift<0&&(shift=0),first[part]>>shift!==second[part]>>shift)return!1;cidrBits-=partSize,part+=1}return!0},ipaddr.subnetMatch=function(address,rangeList,defaultName){var k,len,rangeName,rangeSubnets,subnet;defaultName==null&&(defaultName="unicast");for(rangeName in rangeList)for(rangeSubnets=rangeList[rangeName],rangeSubnets[0]&&!(rangeSubnets[0]instanceof Array)&&(rangeSubnets=[rangeSubnets]),k=0,len=rangeSubnets.length;k<len;k++)if(subnet=rangeSubnets[k],address.kind()===subnet[0].kind()&&address.match.apply(address,subnet))return rangeName;return defaultName},ipaddr.IPv4=(function(){function IPv4(octets){var k,len,octet;if(octets.length!==4)throw new Error("ipaddr: ipv4 octet count should be 4");for(k=0,len=octets.length;k<len;k++)if(octet=octets[k],!(0<=octet&&octet<=255))throw new Error("ipaddr: ipv4 octet should fit in 8 bits");this.octets=octets}return IPv4.prototype.kind=function(){return"ipv4"},IPv4.prototype.toString=function(){return this.octets.join(".")},IPv4.prototype.toNormalizedString=function(){return this.toString()},IPv4.prototype.toByteArray=function(){return this.octets.slice(0)},IPv4.prototype.match=function(other,cidrRange){var ref;if(cidrRange===void 0&&(ref=other,other=ref[0],cidrRange=ref[1]),other.kind()!=="ipv4")throw new Error("ipaddr: cannot match ipv4 address with non-ipv4 one");return matchCIDR(this.octets,other.octets,8,cidrRange)},IPv4.prototype.SpecialRanges={unspecified:[[new IPv4([0,0,0,0]),8]],broadcast:[[new IPv4([255,255,255,255]),32]],multicast:[[new IPv4([224,0,0,0]),4]],linkLocal:[[new IPv4([169,254,0,0]),16]],loopback:[[new IPv4([127,0,0,0]),8]],carrierGradeNat:[[new IPv4([100,64,0,0]),10]],private:[[new IPv4([10,0,0,0]),8],[new IPv4([172,16,0,0]),12],[new IPv4([192,168,0,0]),16]],reserved:[[new IPv4([192,0,0,0]),24],[new IPv4([192,0,2,0]),24],[new IPv4([192,88,99,0]),24],[new IPv4([198,51,100,0]),24],[new IPv4([203,0,113,0]),24],[new IPv4([240,0,0,0]),4]]},IPv4.prototype.range=function(){return ipaddr.subnetMatch(this,this.SpecialRanges)},IPv4.prototype.toIPv4MappedAddress=function(){return ipaddr.IPv6.parse("::ffff:"+this.toString())},IPv4.prototype.prefixLengthFromSubnetMask=function(){var cidr,i,k,octet,stop,zeros,zerotable;for(zerotable={0:8,128:7,192:6,224:5,240:4,248:3,252:2,254:1,255:0},cidr=0,stop=!1,i=k=3;k>=0;i=k+=-1)if(octet=this.octets[i],octet in zerotable){if(zeros=zerotable[octet],stop&&zeros!==0)return null;zeros!==8&&(stop=!0),cidr+=zeros}else return null;return 32-cidr},IPv4})(),ipv4Part="(0?\\d+|0x[a-f0-9]+)",ipv4Regexes={fourOctet:new RegExp("^"+ipv4Part+"\\."+ipv4Part+"\\."+ipv4Part+"\\."+ipv4Part+"$","i"),longValue:new RegExp("^"+ipv4Part+"$","i")},ipaddr.IPv4.parser=function(string){var match,parseIntAuto,part,shift,value;if(parseIntAuto=function(string2){return string2[0]==="0"&&string2[1]!=="x"?parseInt(string2,8):parseInt(string2)},match=string.match(ipv4Regexes.fourOctet))return(function(){var k,len,ref,results;for(ref=match.slice(1,6),results=[],k=0,len=ref.length;k<len;k++)part=ref[k],results.push(parseIntAuto(part));return results})();if(match=string.match(ipv4Regexes.longValue)){if(value=parseIntAuto(match[1]),value>4294967295||value<0)throw new Error("ipaddr: address outside defined range");return(function(){var k,results;for(results=[],shift=k=0;k<=24;shift=k+=8)results.push(value>>shift&255);return results})().reverse()}else return null},ipaddr.IPv6=(function(){function IPv6(parts,zoneId){var i,k,l,len,part,ref;if(parts.length===16)for(this.parts=[],i=k=0;k<=14;i=k+=2)this.parts.push(parts[i]<<8|parts[i+1]);else if(parts.length===8)this.parts=parts;else throw new Error("ipaddr: ipv6 part count should be 8 or 16");for(ref=this.parts,l=0,len=ref.length;l<len;l++)if(part=ref[l],!(0<=part&&part<=65535))throw new Error("ipaddr: ipv6 part should fit in 16 bits");zoneId&&(this.zoneId=zoneId)}return IPv6.prototype.kind=function(){return"ipv6"},IPv6.prototype.toString=function(){return this.toNormalizedString().replace(/((^|:)(0(:|$))+)/,"::")},IPv6.prototype.toRFC5952String=function(){var bestMatchIndex,bestMatchLength,match,regex,string;for(regex=/((^|:)(0(:|$)){2,})/g,string=this.toNormalizedString(),bestMatchIndex=0,bestMatchLength=-1;match=regex.exec(string);)match[0].length>bestMatchLength&&(bestMatchIndex=match.index,bestMatchLength=match[0].length);return bestMatchLength<0?string:string.substring(0,bestMatchIndex)+"::"+string.substring(bestMatchIndex+bestMatchLength)},IPv6.prototype.toByteArray=function(){var bytes,k,len,part,ref;for(bytes=[],ref=this.parts,k=0,len=ref.length;k<len;k++)part=ref[k],bytes.push(part>>8),bytes.push(part&255);return bytes},IPv6.prototype.toNormalizedString=function(){var addr,part,suffix;return addr=(function(){var k,len,ref,results;for(ref=this.parts,results=[],k=0,len=ref.length;k<len;k++)part=ref[k],results.push(part.toString(16));return results}).call(this).join(":"),suffix="",this.zoneId&&(suffix="%"+this.zoneId),addr+suffix},IPv6.prototype.toFixedLengthString=function(){var addr,part,suffix;return addr=(function(){var k,len,ref,results;for(ref=this.parts,results=[],k=0,len=ref.length;k<len;k++)part=ref[k],results.push(part.toString(16).padStart(4,"0"));return results}).call(this).join(":"),suffix="",this.zoneId&&(suffix="%"+this.zoneId),addr+suffix},IPv6.prototype.match=function(other,cidrRange){var ref;if(cidrRange===void 0&&(ref=other,other=ref[0],cidrRange=ref[1]),other.kind()!=="ipv6")throw new Error("ipaddr: cannot match ipv6 address with non-ipv6 one");return matchCIDR(this.parts,other.parts,16,cidrRange)},IPv6.prototype.SpecialRanges={unspecified:[new IPv6([0,0,0,0,0,0,0,0]),128],linkLocal:[new IPv6([65152,0,0,0,0,0,0,0]),10],multicast:[new IPv6([65280,0,0,0,0,0,0,0]),8],loopback:[new IPv6([0,0,0,0,0,0,0,1]),128],uniqueLocal:[new IPv6([64512,0,0,0,0,0,0,0]),7],ipv4Mapped:[new IPv6([0,0,0,0,0,65535,0,0]),96],rfc6145:[new IPv6([0,0,0,0,65535,0,0,0]),96],rfc6052:[new IPv6([100,65435,0,0,0,0,0,0]),96],"6to4":[new IPv6([8194,0,0,0,0,0,0,0]),16],teredo:[new IPv6([8193,0,0,0,0,0,0,0]),32],reserved:[[new IPv6([8193,3512,0,0,0,0,0,0]),32]]},IPv6.prototype.range=function(){return ipaddr.subnetMatch(this,this.SpecialRanges)},IPv6.prototype.isIPv4MappedAddress=function(){return this.range()==="ipv4Mapped"},IPv6.prototype.toIPv4Address=function(){var high,low,ref;if(!this.isIPv4MappedAddress())throw new Error("ipaddr: trying to convert a generic ipv6 address to ipv4");return ref=this.parts.slice(-2),high=ref[0],low=ref[1],new ipaddr.IPv4([high>>8,high&255,low>>8,low&255])},IPv6.prototype.prefixLengthFromSubnetMask=function(){var cidr,i,k,part,stop,zeros,zerotable;for(zerotable={0:16,32768:15,49152:14,57344:13,61440:12,63488:11,64512:10,65024:9,65280:8,65408:7,65472:6,65504:5,65520:4,65528:3,65532:2,65534:1,65535:0},cidr=0,stop=!1,i=k=7;k>=0;i=k+=-1)if(part=this.parts[i],part in zerotable){if(zeros=zerotable[part],stop&&zeros!==0)return null;zeros!==16&&(stop=!0),cidr+=zeros}else return null;return 128-cidr},IPv6})(),ipv6Part="(?:[0-9a-f]+::?)+",zoneIndex="%[0-9a-z]{1,}",ipv6Regexes={zoneIndex:new RegExp(zoneIndex,"i"),native:new RegExp("^(::)?("+ipv6Part+")?([0-9a-f]+)?(::)?("+zoneIndex+")?$","i"),transitional:new RegExp("^((?:"+ipv6Part+")|(?:::)(?:"+ipv6Part+")?)"+(ipv4Part+"\\."+ipv4Part+"\\."+ipv4Part+"\\."+ipv4Part)+("("+zoneIndex+")?$"),"i")},expandIPv6=function(string,parts){var colonCount,lastColon,part,replacement,replacementCount,zoneId;if(string.indexOf("::")!==string.lastIndexOf("::"))return null;for(zoneId=(string.match(ipv6Regexes.zoneIndex)||[])[0],zoneId&&(zoneId=zoneId.substring(1),string=string.replace(/%.+$/,"")),colonCount=0,lastColon=-1;(lastColon=string.indexOf(":",lastColon+1))>=0;)colonCount++;if(string.substr(0,2)==="::"&&colonCount--,string.substr(-2,2)==="::"&&colonCount--,colonCount>parts)return null;for(replacementCount=parts-colonCount,replacement=":";replacementCount--;)replacement+="0:";return string=string.replace("::",replacement),string[0]===":"&&(string=string.slice(1)),string[string.length-1]===":"&&(string=string.slice(0,-1)),parts=(function(){var k,len,ref,results;for(ref=string.split(":"),results=[],k=0,len=ref.length;k<len;k++)part=ref[k],results.push(parseInt(part,16));return results})(),{parts,zoneId}},ipaddr.IPv6.parser=function(string){var addr,k,len,match,octet,octets,zoneId;if(ipv6Regexes.native.test(string))return expandIPv6(string,8);if((match=string.match(ipv6Regexes.transitional))&&(zoneId=match[6]||"",addr=expandIPv6(match[1].slice(0,-1)+zoneId,6),addr.parts)){for(octets=[parseInt(match[2]),parseInt(match[3]),parseInt(match[4]),parseInt(match[5])],k=0,len=octets.length;k<len;k++)if(octet=octets[k],!(0<=octet&&octet<=255))return null;return addr.parts.push(octets[0]<<8|octets[1]),addr.parts.push(octets[2]<<8|octets[3]),{parts:addr.parts,zoneId:addr.zoneId}}return null},ipaddr.IPv4.isIPv4=ipaddr.IPv6.isIPv6=function(string){return this.parser(string)!==null},ipaddr.IPv4.isValid=function(string){var e;try{return new this(this.parser(string)),!0}catch(error1){return e=error1,!1}},ipaddr.IPv4.isValidFourPartDecimal=function(string){return!!(ipaddr.IPv4.isValid(string)&&string.match(/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){3}$/))},ipaddr.IPv6.isValid=function(string){var addr,e;if(typeof string=="string"&&string.indexOf(":")===-1)return!1;try{return addr=this.parser(string),new this(addr.parts,addr.zoneId),!0}catch(error1){return e=error1,!1}},ipaddr.IPv4.parse=function(string){var parts;if(parts=this.parser(string),parts===null)throw new Error("ipaddr: string is not formatted like ip address");return new this(parts)},ipaddr.IPv6.parse=function(string){var addr;if(addr=this.parser(string),addr.parts===null)throw new Error("ipaddr: string is not formatted like ip address");return new this(addr.parts,addr.zoneId)},ipaddr.IPv4.parseCIDR=function(string){var maskLength,match,parsed;if((match=string.match(/^(.+)\/(\d+)$/))&&(maskLength=parseInt(match[2]),maskLength>=0&&maskLength<=32))return parsed=[this.parse(match[1]),maskLength],Object.defineProperty(parsed,"toString",{value:function(){return this.join("/")}}),parsed;throw new Error("ipaddr: string is not formatted like an IPv4 CIDR range")},ipaddr.IPv4.subnetMaskFromPrefixLength=function(prefix){var filledOctetCount,j,octets;if(prefix=parseInt(prefix),prefix<0||prefix>32)throw new Error("ipaddr: invalid IPv4 prefix length");for(octets=[0,0,0,0],j=0,filledOctetCount=Math.floor(prefix/8);j<filledOctetCount;)octets[j]=255,j++;return filledOctetCount<4&&(octets[filledOctetCount]=Math.pow(2,prefix%8)-1<<8-prefix%8),new this(octets)},ipaddr.IPv4.broadcastAddressFromCIDR=function(string){var cidr,error,i,ipInterfaceOctets,octets,subnetMaskOctets;try{for(cidr=this.parseCIDR(string),ipInterfaceOctets=cidr[0].toByteArray(),subnetMaskOctets=this.subnetMaskFromPrefixLength(cidr[1]).toByteArray(),octets=[],i=0;i<4;)octets.push(parseInt(ipInterfaceOctets[i],10)|parseInt(subnetMaskOctets[i],10)^255),i++;return new this(octets)}catch(error1){throw error=error1,new Error("ipaddr: the address does not have IPv4 CIDR format")}},ipaddr.IPv4.networkAddressFromCIDR=function(string){var cidr,error,i,ipInterfaceOctets,octets,subnetMaskOctets;try{for(cidr=this.parseCIDR(string),ipInterfaceOctets=cidr[0].toByteArray(),subnetMaskOctets=this.subnetMaskFromPrefixLength(cidr[1]).toByteArray(),octets=[],i=0;i<4;)octets.push(parseInt(ipInterfaceOctets[i],10)&parseInt(subnetMaskOctets[i],10)),i++;return new this(octets)}catch(error1){throw error=error1,new Error("ipaddr: the address does not have IPv4 CIDR format")}},ipaddr.IPv6.parseCIDR=function(string){var maskLength,match,parsed;if((match=string.match(/^(.+)\/(\d+)$/))&&(maskLength=parseInt(match[2]),maskLength>=0&&maskLength<=128))return parsed=[this.parse(match[1]),maskLength],Object.defineProperty(parsed,"toString",{value:function(){return this.join("/")}}),parsed;throw new Error("ipaddr: string is not formatted like an IPv6 CIDR range")},ipaddr.isValid=function(string){return ipaddr.IPv6.isValid(string)||ipaddr.IPv4.isValid(string)},ipaddr.parse=function(string){if(ipaddr.IPv6.isValid(string))return ipaddr.IPv6.parse(string);if(ipaddr.IPv4.isValid(string))return ipaddr.IPv4.parse(string);throw new Error("ipaddr: the address has neither IPv6 nor IPv4 format")},ipaddr.parseCIDR=function(string){var e;try{return ipaddr.IPv6.parseCIDR(string)}catch(error1){e=error1;try{return ipaddr.IPv4.parseCIDR(string)}catch(error12){throw e=error12,new Error("ipaddr: the address has neither IPv6 nor IPv4 CIDR format")}}},ipaddr.fromByteArray=function(bytes){var length;if(length=bytes.length,length===4)return new ipaddr.IPv4(bytes);if(length===16)return new ipaddr.IPv6(bytes);throw new Error("ipaddr: the binary input is neither an IPv6 nor IPv4 address")},ipaddr.process=function(string){var addr;return addr=this.parse(string),addr.kind()==="ipv6"&&addr.isIPv4MappedAddress()?addr.toIPv4Address():addr}}).call(exports)}});var require_proxy_addr=__commonJS({"../../../target/express-bundle/node_modules/proxy-addr/index.js"(exports,module){"use strict";module.exports=proxyaddr;module.exports.all=alladdrs;module.exports.compile=compile;var forwarded=require_forwarded(),ipaddr=require_ipaddr(),DIGIT_REGEXP=/^[0-9]+$/,isip=ipaddr.isValid,parseip=ipaddr.parse,IP_RANGES={linklocal:["169.254.0.0/16","fe80::/10"],loopback:["127.0.0.1/8","::1/128"],uniquelocal:["10.0.0.0/8","172.16.0.0/12","192.168.0.0/16","fc00::/7"]};function alladdrs(req,trust){var addrs=forwarded(req);if(!trust)return addrs;typeof trust!="function"&&(trust=compile(trust));for(var i=0;i<addrs.length-1;i++)trust(addrs[i],i)||(addrs.length=i+1);return addrs}function compile(val){if(!val)throw new TypeError("argument is required");var trust;if(typeof val=="string")trust=[val];else if(Array.isArray(val))trust=val.slice();else throw new TypeError("unsupported trust argument");for(var i=0;i<trust.length;i++)val=trust[i],Object.prototype.hasOwnProperty.call(IP_RANGES,val)&&(val=IP_RANGES[val],trust.splice.apply(trust,[i,1].concat(val)),i+=val.length-1);return compileTrust(compileRangeSubnets(trust))}function compileRangeSubnets(arr){for(var rangeSubnets=new Array(arr.length),i=0;i<arr.length;i++)rangeSubnets[i]=parseipNotation(arr[i]);return rangeSubnets}function compileTrust(rangeSubnets){var len=rangeSubnets.length;return len===0?trustNone:len===1?trustSingle(rangeSubnets[0]):trustMulti(rangeSubnets)}function parseipNotation(note){var pos=note.lastIndexOf("/"),str=pos!==-1?note.substring(0,pos):note;if(!isip(str))throw new TypeError("invalid IP address: "+str);var ip=parseip(str);pos===-1&&ip.kind()==="ipv6"&&ip.isIPv4MappedAddress()&&(ip=ip.toIPv4Address());var max=ip.kind()==="ipv6"?128:32,range=pos!==-1?note.substring(pos+1,note.length):null;if(range===null?range=max:DIGIT_REGEXP.test(range)?range=parseInt(range,10):ip.kind()==="ipv4"&&isip(range)?range=parseNetmask(range):range=null,range<=0||range>max)throw new TypeError("invalid range on address: "+note);return[ip,range]}function parseNetmask(netmask){var ip=parseip(netmask),kind=ip.kind();return kind==="ipv4"?ip.prefixLengthFromSubnetMask():null}function proxyaddr(req,trust){if(!req)throw new TypeError("req argument is required");if(!trust)throw new TypeError("trust argument is required");var addrs=alladdrs(req,trust),addr=addrs[addrs.length-1];return addr}function trustNone(){return!1}function trustMulti(subnets){return function(addr){if(!isip(addr))return!1;var ip=parseip(addr);ip.kind()==="ipv6"&&ip.isIPv4MappedAddress()&&(ip=ip.toIPv4Address());for(var ipconv,kind=ip.kind(),i=0;i<subnets.length;i++){var subnet=subnets[i],subnetip=subnet[0],subnetkind=subnetip.kind(),subnetrange=subnet[1],trusted=ip;if(kind!==subnetkind){if(subnetkind==="ipv4"&&!ip.isIPv4MappedAddress()||subnetkind!=="ipv4"&&!(subnetrange>=96&&subnetip.isIPv4MappedAddress()))continue;ipconv||(ipconv=subnetkind==="ipv4"?ip.toIPv4Address():ip.toIPv4MappedAddress()),trusted=ipconv}else if(kind==="ipv6"&&subnetip.isIPv4MappedAddress())continue;if(trusted.match(subnetip,subnetrange))return!0}return!1}}function trustSingle(subnet){var subnetip=subnet[0],subnetkind=subnetip.kind(),subnetisipv4=subnetkind==="ipv4",subnetrange=subnet[1];return function(addr){if(!isip(addr))return!1;var ip=parseip(addr);ip.kind()==="ipv6"&&ip.isIPv4MappedAddress()&&(ip=ip.toIPv4Address());var kind=ip.kind();if(kind!==subnetkind){if(subnetisipv4&&!ip.isIPv4MappedAddress()||!subnetisipv4&&!(subnetrange>=96&&subnetip.isIPv4MappedAddress()))return!1;ip=subnetisipv4?ip.toIPv4Address():ip.toIPv4MappedAddress()}else if(kind==="ipv6"&&subnetip.isIPv4MappedAddress())return!1;return ip.match(subnetip,subnetrange)}}}});var require_utils3=__commonJS({"../../../target/express-bundle/node_modules/express/lib/utils.js"(exports){"use strict";var{METHODS}=__require("node:http"),contentType=require_dist(),etag=require_etag(),mime=require_mime_types(),proxyaddr=require_proxy_addr(),qs=require_qs(),querystring=__require("node:querystring"),{Buffer:Buffer2}=__require("node:buffer");exports.methods=METHODS.map(method=>method.toLowerCase());exports.etag=createETagGenerator({weak:!1});exports.wetag=createETagGenerator({weak:!0});exports.normalizeType=function(type){return~type.indexOf("/")?acceptParams(type):{value:mime.lookup(type)||"application/octet-stream",params:{}}};exports.normalizeTypes=function(types){return types.map(exports.normalizeType)};function acceptParams(str){for(var length=str.length,colonIndex=str.indexOf(";"),index=colonIndex===-1?length:colonIndex,ret={value:str.slice(0,index).trim(),quality:1,params:{}};index<length;){var splitIndex=str.indexOf("=",index);if(splitIndex===-1)break;var colonIndex=str.indexOf(";",index),endIndex=colonIndex===-1?length:colonIndex;if(splitIndex>endIndex){index=str.lastIndexOf(";",splitIndex-1)+1;continue}var key=str.slice(index,splitIndex).trim(),value=str.slice(splitIndex+1,endIndex).trim();key==="q"?ret.quality=parseFloat(value):ret.params[key]=value,index=endIndex+1}return ret}exports.compileETag=function(val){var fn;if(typeof val=="function")return val;switch(val){case!0:case"weak":fn=exports.wetag;break;case!1:break;case"strong":fn=exports.etag;break;default:throw new TypeError("unknown value for etag function: "+val)}return fn};exports.compileQueryParser=function(val){var fn;if(typeof val=="function")return val;switch(val){case!0:case"simple":fn=querystring.parse;break;case!1:break;case"extended":fn=parseExtendedQueryString;break;default:throw new TypeError("unknown value for query parser function: "+val)}return fn};exports.compileTrust=function(val){return typeof val=="function"?val:val===!0?function(){return!0}:typeof val=="number"?function(a,i){return i<val}:(typeof val=="string"&&(val=val.split(",").map(function(v){return v.trim()})),proxyaddr.compile(val||[]))};exports.setCharset=function(type,charset){if(!type||!charset)return type;var parsed=contentType.parse(type);return parsed.parameters.charset=charset,contentType.format(parsed)};function createETagGenerator(options){return function(body,encoding){var buf=Buffer2.isBuffer(body)?body:Buffer2.from(body,encoding);return etag(buf,options)}}function parseExtendedQueryString(str){return qs.parse(str,{allowPrototypes:!0})}}});var require_wrappy=__commonJS({"../../../target/express-bundle/node_modules/wrappy/wrappy.js"(exports,module){module.exports=wrappy;function wrappy(fn,cb){if(fn&&cb)return wrappy(fn)(cb);if(typeof fn!="function")throw new TypeError("need wrapper function");return Object.keys(fn).forEach(function(k){wrapper[k]=fn[k]}),wrapper;function wrapper(){for(var args=new Array(arguments.length),i=0;i<args.length;i++)args[i]=arguments[i];var ret=fn.apply(this,args),cb2=args[args.length-1];return typeof ret=="function"&&ret!==cb2&&Object.keys(cb2).forEach(function(k){ret[k]=cb2[k]}),ret}}}});var require_once=__commonJS({"../../../target/express-bundle/node_modules/once/once.js"(exports,module){var wrappy=require_wrappy();module.exports=wrappy(once);module.exports.strict=wrappy(onceStrict);once.proto=once(function(){Object.defineProperty(Function.prototype,"once",{value:function(){return once(this)},configurable:!0}),Object.defineProperty(Function.prototype,"onceStrict",{value:function(){return onceStrict(this)},configurable:!0})});function once(fn){var f=function(){return f.called?f.value:(f.called=!0,f.value=fn.apply(this,arguments))};return f.called=!1,f}function onceStrict(fn){var f=function(){if(f.called)throw new Error(f.onceError);return f.called=!0,f.value=fn.apply(this,arguments)},name=fn.name||"Function wrapped with `once`";return f.onceError=name+" shouldn't be called more than once",f.called=!1,f}}});var require_Router=__commonJS({"absent:Router"(exports,module){module.exports=require_absent().Router}});var require_application=__commonJS({"../../../target/express-bundle/node_modules/express/lib/application.js"(exports,module){"use strict";var finalhandler=require_finalhandler(),debug=require_debug()("express:application"),View=require_View(),http=__require("node:http"),methods=require_utils3().methods,compileETag=require_utils3().compileETag,compileQueryParser=require_utils3().compileQueryParser,compileTrust=require_utils3().compileTrust,resolve=__require("node:path").resolve,once=require_once(),Router=require_Router(),slice=Array.prototype.slice,flatten=Array.prototype.flat,app=exports=module.exports={},trustProxyDefaultSymbol="@@symbol:trust_proxy_default";app.init=function(){var router=null;this.cache=Object.create(null),this.engines=Object.create(null),this.settings=Object.create(null),this.defaultConfiguration(),Object.defineProperty(this,"router",{configurable:!0,enumerable:!0,get:function(){return router===null&&(router=new Router({caseSensitive:this.enabled("case sensitive routing"),strict:this.enabled("strict routing")})),router}})};app.defaultConfiguration=function(){var env=process.env.NODE_ENV||"development";this.enable("x-powered-by"),this.set("etag","weak"),this.set("env",env),this.set("query parser","simple"),this.set("subdomain offset",2),this.set("trust proxy",!1),Object.defineProperty(this.settings,trustProxyDefaultSymbol,{configurable:!0,value:!0}),debug("booting in %s mode",env),this.on("mount",function(parent){this.settings[trustProxyDefaultSymbol]===!0&&typeof parent.settings["trust proxy fn"]=="function"&&(delete this.settings["trust proxy"],delete this.settings["trust proxy fn"]),Object.setPrototypeOf(this.request,parent.request),Object.setPrototypeOf(this.response,parent.response),Object.setPrototypeOf(this.engines,parent.engines),Object.setPrototypeOf(this.settings,parent.settings)}),this.locals=Object.create(null),this.mountpath="/",this.locals.settings=this.settings,this.set("view",View),this.set("views",resolve("views")),this.set("jsonp callback name","callback"),env==="production"&&this.enable("view cache")};app.handle=function(req,res,callback){var done=callback||finalhandler(req,res,{env:this.get("env"),onerror:logerror.bind(this)});this.enabled("x-powered-by")&&res.setHeader("X-Powered-By","Express"),req.res=res,res.req=req,Object.setPrototypeOf(req,this.request),Object.setPrototypeOf(res,this.response),res.locals||(res.locals=Object.create(null)),this.router.handle(req,res,done)};app.use=function(fn){var offset=0,path="/";if(typeof fn!="function"){for(var arg=fn;Array.isArray(arg)&&arg.length!==0;)arg=arg[0];typeof arg!="function"&&(offset=1,path=fn)}var fns=flatten.call(slice.call(arguments,offset),1/0);if(fns.length===0)throw new TypeError("app.use() requires a middleware function");var router=this.router;return fns.forEach(function(fn2){if(!fn2||!fn2.handle||!fn2.set)return router.use(path,fn2);debug(".use app under %s",path),fn2.mountpath=path,fn2.parent=this,router.use(path,function(req,res,next){var orig=req.app;fn2.handle(req,res,function(err){Object.setPrototypeOf(req,orig.request),Object.setPrototypeOf(res,orig.response),next(err)})}),fn2.emit("mount",this)},this),this};app.route=function(path){return this.router.route(path)};app.engine=function(ext,fn){if(typeof fn!="function")throw new Error("callback function required");var extension=ext[0]!=="."?"."+ext:ext;return this.engines[extension]=fn,this};app.param=function(name,fn){if(Array.isArray(name)){for(var i=0;i<name.length;i++)this.param(name[i],fn);return this}return this.router.param(name,fn),this};app.set=function(setting,val){if(arguments.length===1)return this.settings[setting];switch(debug('set "%s" to %o',setting,val),this.settings[setting]=val,setting){case"etag":this.set("etag fn",compileETag(val));break;case"query parser":this.set("query parser fn",compileQueryParser(val));break;case"trust proxy":this.set("trust proxy fn",compileTrust(val)),Object.defineProperty(this.settings,trustProxyDefaultSymbol,{configurable:!0,value:!1});break}return this};app.path=function(){return this.parent?this.parent.path()+this.mountpath:""};app.enabled=function(setting){return!!this.set(setting)};app.disabled=function(setting){return!this.set(setting)};app.enable=function(setting){return this.set(setting,!0)};app.disable=function(setting){return this.set(setting,!1)};methods.forEach(function(method){app[method]=function(path){if(method==="get"&&arguments.length===1)return this.set(path);var route=this.route(path);return route[method].apply(route,slice.call(arguments,1)),this}});app.all=function(path){for(var route=this.route(path),args=slice.call(arguments,1),i=0;i<methods.length;i++)route[methods[i]].apply(route,args);return this};app.render=function(name,options,callback){var cache=this.cache,done=callback,engines=this.engines,opts=options||{},view;typeof options=="function"&&(done=options,opts={});var renderOptions={...this.locals,...opts._locals,...opts};if(renderOptions.cache==null&&(renderOptions.cache=this.enabled("view cache")),renderOptions.cache&&(view=cache[name]),!view){var View2=this.get("view");if(view=new View2(name,{defaultEngine:this.get("view engine"),root:this.get("views"),engines}),!view.path){var dirs=Array.isArray(view.root)&&view.root.length>1?'directories "'+view.root.slice(0,-1).join('", "')+'" or "'+view.root[view.root.length-1]+'"':'directory "'+view.root+'"',err=new Error('Failed to lookup view "'+name+'" in views '+dirs);return err.view=view,done(err)}renderOptions.cache&&(cache[name]=view)}tryRender(view,renderOptions,done)};app.listen=function(){var server=http.createServer(this),args=slice.call(arguments);if(typeof args[args.length-1]=="function"){var done=args[args.length-1]=once(args[args.length-1]);server.once("error",done)}return server.listen.apply(server,args)};function logerror(err){this.get("env")!=="test"&&console.error(err)}function tryRender(view,options,callback){try{view.render(options,callback)}catch(err){callback(err)}}}});var require_accept=__commonJS({"../../../target/express-bundle/node_modules/negotiator/lib/accept.js"(exports,module){"use strict";var contentType=require_dist();module.exports=parseAccept;function parseAccept(header){for(var values=[],index=0;index<header.length;){var start=skipOptionalWhitespace(header,index),parsed=contentType.parse(header,{comma:!0,start});parsed.type=header.slice(start,start+parsed.type.length),values.push(parsed),index=parsed.index+1}return values}function skipOptionalWhitespace(header,index){for(var cursor=index;header.charCodeAt(cursor)===32||header.charCodeAt(cursor)===9;)cursor++;return cursor}}});var require_charset=__commonJS({"../../../target/express-bundle/node_modules/negotiator/lib/charset.js"(exports,module){"use strict";var parseAccept=require_accept();module.exports=preferredCharsets;module.exports.preferredCharsets=preferredCharsets;function parseAcceptCharset(accept){for(var accepts=parseAccept(accept),i=0,j=0;i<accepts.length;i++){var charset=formatCharset(accepts[i],i);charset&&(accepts[j++]=charset)}return accepts.length=j,accepts}function formatCharset(parsed,i){return parsed.type?{charset:parsed.type,q:parsed.parameters.q?parseFloat(parsed.parameters.q):1,i}:null}function getCharsetPriority(charset,accepted,index){for(var priority={o:-1,q:0,s:0},i=0;i<accepted.length;i++){var spec=specify(charset,accepted[i],index);spec&&(priority.s-spec.s||priority.q-spec.q||priority.o-spec.o)<0&&(priority=spec)}return priority}function specify(charset,spec,index){var s=0;if(spec.charset.toLowerCase()===charset.toLowerCase())s|=1;else if(spec.charset!=="*")return null;return{i:index,o:spec.i,q:spec.q,s}}function preferredCharsets(accept,provided){var accepts=parseAcceptCharset(accept===void 0?"*":accept||"");if(!provided)return accepts.filter(isQuality).sort(compareSpecs).map(getFullCharset);var priorities=provided.map(function(type,index){return getCharsetPriority(type,accepts,index)});return priorities.filter(isQuality).sort(compareSpecs).map(function(priority){return provided[priorities.indexOf(priority)]})}function compareSpecs(a,b){return b.q-a.q||b.s-a.s||a.o-b.o||a.i-b.i||0}function getFullCharset(spec){return spec.charset}function isQuality(spec){return spec.q>0}}});var require_encoding=__commonJS({"../../../target/express-bundle/node_modules/negotiator/lib/encoding.js"(exports,module){"use strict";var parseAccept=require_accept();module.exports=preferredEncodings;module.exports.preferredEncodings=preferredEncodings;function parseAcceptEncoding(accept){for(var accepts=parseAccept(accept),hasIdentity=!1,minQuality=1,i=0,j=0;i<accepts.length;i++){var encoding=formatEncoding(accepts[i],i);encoding&&(accepts[j++]=encoding,hasIdentity=hasIdentity||specify("identity",encoding),minQuality=Math.min(minQuality,encoding.q||1))}return hasIdentity||(accepts[j++]={encoding:"identity",q:minQuality,i}),accepts.length=j,accepts}function formatEncoding(parsed,i){return parsed.type?{encoding:parsed.type,q:parsed.parameters.q?parseFloat(parsed.parameters.q):1,i}:null}function getEncodingPriority(encoding,accepted,index){for(var priority={encoding,o:-1,q:0,s:0},i=0;i<accepted.length;i++){var spec=specify(encoding,accepted[i],index);spec&&(priority.s-spec.s||priority.q-spec.q||priority.o-spec.o)<0&&(priority=spec)}return priority}function specify(encoding,spec,index){var s=0;if(spec.encoding.toLowerCase()===encoding.toLowerCase())s|=1;else if(spec.encoding!=="*")return null;return{encoding,i:index,o:spec.i,q:spec.q,s}}function preferredEncodings(accept,provided,preferred){var accepts=parseAcceptEncoding(accept||""),comparator=preferred?function(a,b){if(a.q!==b.q)return b.q-a.q;var aPreferred=preferred.indexOf(a.encoding),bPreferred=preferred.indexOf(b.encoding);return aPreferred===-1&&bPreferred===-1?b.s-a.s||a.o-b.o||a.i-b.i:aPreferred!==-1&&bPreferred!==-1?aPreferred-bPreferred:aPreferred===-1?1:-1}:compareSpecs;if(!provided)return accepts.filter(isQuality).sort(comparator).map(getFullEncoding);var priorities=provided.map(function(type,index){return getEncodingPriority(type,accepts,index)});return priorities.filter(isQuality).sort(comparator).map(function(priority){return provided[priorities.indexOf(priority)]})}function compareSpecs(a,b){return b.q-a.q||b.s-a.s||a.o-b.o||a.i-b.i}function getFullEncoding(spec){return spec.encoding}function isQuality(spec){return spec.q>0}}});var require_language=__commonJS({"../../../target/express-bundle/node_modules/negotiator/lib/language.js"(exports,module){"use strict";var contentType=require_dist(),parseAccept=require_accept();module.exports=preferredLanguages;module.exports.preferredLanguages=preferredLanguages;function parseAcceptLanguage(accept){for(var accepts=parseAccept(accept),i=0,j=0;i<accepts.length;i++){var language=formatLanguage(accepts[i],i);language&&(accepts[j++]=language)}return accepts.length=j,accepts}function formatLanguage(parsed,i){if(!parsed.type)return null;var hyphen=parsed.type.indexOf("-"),prefix=hyphen===-1?parsed.type:parsed.type.slice(0,hyphen),suffix=hyphen===-1?void 0:parsed.type.slice(hyphen+1);return{prefix,suffix,q:parsed.parameters.q?parseFloat(parsed.parameters.q):1,i,full:parsed.type}}function getLanguagePriority(language,accepted,index){for(var priority={o:-1,q:0,s:0},i=0;i<accepted.length;i++){var spec=specify(language,accepted[i],index);spec&&(priority.s-spec.s||priority.q-spec.q||priority.o-spec.o)<0&&(priority=spec)}return priority}function specify(language,spec,index){var p=formatLanguage(contentType.parse(language),0);if(!p)return null;var s=0;if(spec.full.toLowerCase()===p.full.toLowerCase())s|=4;else if(spec.prefix.toLowerCase()===p.full.toLowerCase())s|=2;else if(spec.full.toLowerCase()===p.prefix.toLowerCase())s|=1;else if(spec.full!=="*")return null;return{i:index,o:spec.i,q:spec.q,s}}function preferredLanguages(accept,provided){var accepts=parseAcceptLanguage(accept===void 0?"*":accept||"");if(!provided)return accepts.filter(isQuality).sort(compareSpecs).map(getFullLanguage);var priorities=provided.map(function(type,index){return getLanguagePriority(type,accepts,index)});return priorities.filter(isQuality).sort(compareSpecs).map(function(priority){return provided[priorities.indexOf(priority)]})}function compareSpecs(a,b){return b.q-a.q||b.s-a.s||a.o-b.o||a.i-b.i||0}function getFullLanguage(spec){return spec.full}function isQuality(spec){return spec.q>0}}});var require_mediaType=__commonJS({"../../../target/express-bundle/node_modules/negotiator/lib/mediaType.js"(exports,module){"use strict";var contentType=require_dist(),parseAcceptHeader=require_accept();module.exports=preferredMediaTypes;module.exports.preferredMediaTypes=preferredMediaTypes;function parseAccept(accept){for(var accepts=parseAcceptHeader(accept),i=0,j=0;i<accepts.length;i++){var mediaType=formatMediaType(accepts[i],i);mediaType&&(accepts[j++]=mediaType)}return accepts.length=j,accepts}function formatMediaType(parsed,i){var slash=parsed.type.indexOf("/");if(slash===-1)return null;var q=parsed.parameters.q?parseFloat(parsed.parameters.q):1;return delete parsed.parameters.q,{type:parsed.type.slice(0,slash),subtype:parsed.type.slice(slash+1),params:parsed.parameters,q,i}}function getMediaTypePriority(type,accepted,index){for(var priority={o:-1,q:0,s:0},i=0;i<accepted.length;i++){var spec=specify(type,accepted[i],index);spec&&(priority.s-spec.s||priority.q-spec.q||priority.o-spec.o)<0&&(priority=spec)}return priority}function specify(type,spec,index){var p=formatMediaType(contentType.parse(type),0),s=0;if(!p)return null;if(spec.type.toLowerCase()==p.type.toLowerCase())s|=4;else if(spec.type!="*")return null;if(spec.subtype.toLowerCase()==p.subtype.toLowerCase())s|=2;else if(spec.subtype!="*")return null;var keys=Object.keys(spec.params);if(keys.length>0)if(keys.every(function(k){return spec.params[k]=="*"||(spec.params[k]||"").toLowerCase()==(p.params[k]||"").toLowerCase()}))s|=1;else return null;return{i:index,o:spec.i,q:spec.q,s}}function preferredMediaTypes(accept,provided){var accepts=parseAccept(accept===void 0?"*/*":accept||"");if(!provided)return accepts.filter(isQuality).sort(compareSpecs).map(getFullType);var priorities=provided.map(function(type,index){return getMediaTypePriority(type,accepts,index)});return priorities.filter(isQuality).sort(compareSpecs).map(function(priority){return provided[priorities.indexOf(priority)]})}function compareSpecs(a,b){return b.q-a.q||b.s-a.s||a.o-b.o||a.i-b.i||0}function getFullType(spec){return spec.type+"/"+spec.subtype}function isQuality(spec){return spec.q>0}}});var require_negotiator=__commonJS({"../../../target/express-bundle/node_modules/negotiator/index.js"(exports,module){"use strict";var preferredCharsets=require_charset(),preferredEncodings=require_encoding(),preferredLanguages=require_language(),preferredMediaTypes=require_mediaType();module.exports=Negotiator;module.exports.Negotiator=Negotiator;function Negotiator(request){if(!(this instanceof Negotiator))return new Negotiator(request);this.request=request}Negotiator.prototype.charset=function(available){var set=this.charsets(available);return set&&set[0]};Negotiator.prototype.charsets=function(available){return preferredCharsets(this.request.headers["accept-charset"],available)};Negotiator.prototype.encoding=function(available,opts){var set=this.encodings(available,opts);return set&&set[0]};Negotiator.prototype.encodings=function(available,options){var opts=options||{};return preferredEncodings(this.request.headers["accept-encoding"],available,opts.preferred)};Negotiator.prototype.language=function(available){var set=this.languages(available);return set&&set[0]};Negotiator.prototype.languages=function(available){return preferredLanguages(this.request.headers["accept-language"],available)};Negotiator.prototype.mediaType=function(available){var set=this.mediaTypes(available);return set&&set[0]};Negotiator.prototype.mediaTypes=function(available){return preferredMediaTypes(this.request.headers.accept,available)};Negotiator.prototype.preferredCharset=Negotiator.prototype.charset;Negotiator.prototype.preferredCharsets=Negotiator.prototype.charsets;Negotiator.prototype.preferredEncoding=Negotiator.prototype.encoding;Negotiator.prototype.preferredEncodings=Negotiator.prototype.encodings;Negotiator.prototype.preferredLanguage=Negotiator.prototype.language;Negotiator.prototype.preferredLanguages=Negotiator.prototype.languages;Negotiator.prototype.preferredMediaType=Negotiator.prototype.mediaType;Negotiator.prototype.preferredMediaTypes=Negotiator.prototype.mediaTypes}});var require_accepts=__commonJS({"../../../target/express-bundle/node_modules/accepts/index.js"(exports,module){"use strict";var Negotiator=require_negotiator(),mime=require_mime_types();module.exports=Accepts;function Accepts(req){if(!(this instanceof Accepts))return new Accepts(req);this.headers=req.headers,this.negotiator=new Negotiator(req)}Accepts.prototype.type=Accepts.prototype.types=function(types_){var types=types_;if(types&&!Array.isArray(types)){types=new Array(arguments.length);for(var i=0;i<types.length;i++)types[i]=arguments[i]}if(!types||types.length===0)return this.negotiator.mediaTypes();if(!this.headers.accept)return types[0];var mimes=types.map(extToMime),accepts=this.negotiator.mediaTypes(mimes.filter(validMime)),first=accepts[0];return first?types[mimes.indexOf(first)]:!1};Accepts.prototype.encoding=Accepts.prototype.encodings=function(encodings_){var encodings=encodings_;if(encodings&&!Array.isArray(encodings)){encodings=new Array(arguments.length);for(var i=0;i<encodings.length;i++)encodings[i]=arguments[i]}return!encodings||encodings.length===0?this.negotiator.encodings():this.negotiator.encodings(encodings)[0]||!1};Accepts.prototype.charset=Accepts.prototype.charsets=function(charsets_){var charsets=charsets_;if(charsets&&!Array.isArray(charsets)){charsets=new Array(arguments.length);for(var i=0;i<charsets.length;i++)charsets[i]=arguments[i]}return!charsets||charsets.length===0?this.negotiator.charsets():this.negotiator.charsets(charsets)[0]||!1};Accepts.prototype.lang=Accepts.prototype.langs=Accepts.prototype.language=Accepts.prototype.languages=function(languages_){var languages=languages_;if(languages&&!Array.isArray(languages)){languages=new Array(arguments.length);for(var i=0;i<languages.length;i++)languages[i]=arguments[i]}return!languages||languages.length===0?this.negotiator.languages():this.negotiator.languages(languages)[0]||!1};function extToMime(type){return type.indexOf("/")===-1?mime.lookup(type):type}function validMime(type){return typeof type=="string"}}});var require_fresh=__commonJS({"../../../target/express-bundle/node_modules/fresh/index.js"(exports,module){"use strict";var CACHE_CONTROL_NO_CACHE_REGEXP=/(?:^|,)\s*?no-cache\s*?(?:,|$)/;module.exports=fresh;function fresh(reqHeaders,resHeaders){var modifiedSince=reqHeaders["if-modified-since"],noneMatch=reqHeaders["if-none-match"];if(!modifiedSince&&!noneMatch)return!1;var cacheControl=reqHeaders["cache-control"];if(cacheControl&&CACHE_CONTROL_NO_CACHE_REGEXP.test(cacheControl))return!1;if(noneMatch){if(noneMatch==="*")return!0;var etag=resHeaders.etag;if(!etag)return!1;for(var matches=parseTokenList(noneMatch),i=0;i<matches.length;i++){var match=matches[i];if(match===etag||match==="W/"+etag||"W/"+match===etag)return!0}return!1}if(modifiedSince){var lastModified=resHeaders["last-modified"],modifiedStale=!lastModified||!(parseHttpDate(lastModified)<=parseHttpDate(modifiedSince));if(modifiedStale)return!1}return!0}function parseHttpDate(date){var timestamp=date&&Date.parse(date);return typeof timestamp=="number"?timestamp:NaN}function parseTokenList(str){for(var end=0,list=[],start=0,i=0,len=str.length;i<len;i++)switch(str.charCodeAt(i)){case 32:start===end&&(start=end=i+1);break;case 44:list.push(str.substring(start,end)),start=end=i+1;break;default:end=i+1;break}return list.push(str.substring(start,end)),list}}});var require_range_parser=__commonJS({"../../../target/express-bundle/node_modules/range-parser/index.js"(exports,module){"use strict";module.exports=rangeParser;function rangeParser(size,str,options){if(typeof str!="string")throw new TypeError("argument str must be a string");var index=str.indexOf("=");if(index===-1)return-2;var arr=str.slice(index+1).split(","),ranges=[];ranges.type=str.slice(0,index);for(var i=0;i<arr.length;i++){var indexOf=arr[i].indexOf("-");if(indexOf===-1)return-2;var startStr=arr[i].slice(0,indexOf).trim(),endStr=arr[i].slice(indexOf+1).trim(),start=parsePos(startStr),end=parsePos(endStr);if(startStr.length===0?(start=size-end,end=size-1):endStr.length===0&&(end=size-1),end>size-1&&(end=size-1),isNaN(start)||isNaN(end))return-2;start>end||start<0||ranges.push({start,end})}return ranges.length<1?-1:options&&options.combine?combineRanges(ranges):ranges}function parsePos(str){return/^\d+$/.test(str)?Number(str):NaN}function combineRanges(ranges){for(var ordered=ranges.map(mapWithIndex).sort(sortByRangeStart),j=0,i=1;i<ordered.length;i++){var range=ordered[i],current=ordered[j];range.start>current.end+1?ordered[++j]=range:range.end>current.end&&(current.end=range.end,current.index=Math.min(current.index,range.index))}ordered.length=j+1;var combined=ordered.sort(sortByRangeIndex).map(mapWithoutIndex);return combined.type=ranges.type,combined}function mapWithIndex(range,index){return{start:range.start,end:range.end,index}}function mapWithoutIndex(range){return{start:range.start,end:range.end}}function sortByRangeIndex(a,b){return a.index-b.index}function sortByRangeStart(a,b){return a.start-b.start}}});var require_request=__commonJS({"../../../target/express-bundle/node_modules/express/lib/request.js"(exports,module){"use strict";var accepts=require_accepts(),isIP=__require("node:net").isIP,typeis=require_type_is(),http=__require("node:http"),fresh=require_fresh(),parseRange=require_range_parser(),parse=require_parseurl(),proxyaddr=require_proxy_addr(),req=Object.create(http.IncomingMessage.prototype);module.exports=req;req.get=req.header=function(name){if(!name)throw new TypeError("name argument is required to req.get");if(typeof name!="string")throw new TypeError("name must be a string to req.get");var lc=name.toLowerCase();switch(lc){case"referer":case"referrer":return this.headers.referrer||this.headers.referer;default:return this.headers[lc]}};req.accepts=function(){var accept=accepts(this);return accept.types.apply(accept,arguments)};req.acceptsEncodings=function(){var accept=accepts(this);return accept.encodings.apply(accept,arguments)};req.acceptsCharsets=function(...charsets){return accepts(this).charsets(...charsets)};req.acceptsLanguages=function(...languages){return accepts(this).languages(...languages)};req.range=function(size,options){var range2=this.get("Range");if(range2)return parseRange(size,range2,options)};defineGetter(req,"query",function(){var queryparse=this.app.get("query parser fn");if(!queryparse)return Object.create(null);var querystring=parse(this).query;return queryparse(querystring)});req.is=function(types){var arr=types;if(!Array.isArray(types)){arr=new Array(arguments.length);for(var i=0;i<arr.length;i++)arr[i]=arguments[i]}return typeis(this,arr)};defineGetter(req,"protocol",function(){var proto=this.socket.encrypted?"https":"http",trust=this.app.get("trust proxy fn");if(!trust(this.socket.remoteAddress,0))return proto;var header=this.get("X-Forwarded-Proto")||proto,index=header.indexOf(",");return index!==-1?header.substring(0,index).trim():header.trim()});defineGetter(req,"secure",function(){return this.protocol==="https"});defineGetter(req,"ip",function(){var trust=this.app.get("trust proxy fn");return proxyaddr(this,trust)});defineGetter(req,"ips",function(){var trust=this.app.get("trust proxy fn"),addrs=proxyaddr.all(this,trust);return addrs.reverse().pop(),addrs});defineGetter(req,"subdomains",function(){var hostname=this.hostname;if(!hostname)return[];var offset=this.app.get("subdomain offset"),subdomains2=isIP(hostname)?[hostname]:hostname.split(".").reverse();return subdomains2.slice(offset)});defineGetter(req,"path",function(){return parse(this).pathname});defineGetter(req,"host",function(){var trust=this.app.get("trust proxy fn"),val=this.get("X-Forwarded-Host");return!val||!trust(this.socket.remoteAddress,0)?val=this.get("Host"):val.indexOf(",")!==-1&&(val=val.substring(0,val.indexOf(",")).trimEnd()),val||void 0});defineGetter(req,"hostname",function(){var host=this.host;if(host){var offset=host[0]==="["?host.indexOf("]")+1:0,index=host.indexOf(":",offset);return index!==-1?host.substring(0,index):host}});defineGetter(req,"fresh",function(){var method=this.method,res=this.res,status=res.statusCode;return method!=="GET"&&method!=="HEAD"&&method!=="QUERY"?!1:status>=200&&status<300||status===304?fresh(this.headers,{etag:res.get("ETag"),"last-modified":res.get("Last-Modified")}):!1});defineGetter(req,"stale",function(){return!this.fresh});defineGetter(req,"xhr",function(){var val=this.get("X-Requested-With")||"";return val.toLowerCase()==="xmlhttprequest"});function defineGetter(obj,name,getter){Object.defineProperty(obj,name,{configurable:!0,enumerable:!0,get:getter})}}});var require_dist2=__commonJS({"../../../target/express-bundle/node_modules/content-disposition/dist/index.js"(exports){"use strict";Object.defineProperty(exports,"__esModule",{value:!0});exports.create=create;exports.parse=parse;exports.decodeExtended=decodeExtended;exports.format=format;exports.encodeExtended=encodeExtended;var NullObject=(()=>{let C=function(){};return C.prototype=Object.create(null),C})();function create(filename,options){let type=options?.type||"attachment",parameters=createParameters(filename,options?.fallback);return format({type,parameters},{extended:!1})}var SP=32,HTAB=9,SEMI=59,EQ=61,DQUOTE=34,BSLASH=92,ASTERISK=42;function parse(header,options){let len=header.length,multipart=options?.multipart===!0,extended=options?.extended!==!1,index=skipOWS(header,0,header.length),typeStart=index;index=parseToken(header,index,len);let typeEnd=trailingOWS(header,typeStart,index),type=header.slice(typeStart,typeEnd).toLowerCase(),parameters=new NullObject;parameter:for(;index<len;){index=skipOWS(header,index+1,len);let keyStart=index;for(;index<len;){let char=header.charCodeAt(index);if(char===SEMI)continue parameter;if(char===EQ){let keyEnd=trailingOWS(header,keyStart,index),key=header.slice(keyStart,keyEnd).toLowerCase();if(index=skipOWS(header,index+1,len),index<len&&header.charCodeAt(index)===DQUOTE){index++;let value2="";if(multipart)for(;index<len;){let code=header.charCodeAt(index++);if(code===DQUOTE){index=parseToken(header,index,len),parameters[key]===void 0&&(parameters[key]=value2);break}if(code===37&&index+1<len){let code2=header.charCodeAt(index),code3=header.charCodeAt(index+1);if(code2===50&&code3===50){value2+='"',index+=2;continue}if(code2===48){if(code3===100||code3===68){value2+="\r",index+=2;continue}if(code3===97||code3===65){value2+=`
`,index+=2;continue}}}value2+=String.fromCharCode(code)}else for(;index<len;){let code=header.charCodeAt(index++);if(code===DQUOTE){index=parseToken(header,index,len),parameters[key]===void 0&&(parameters[key]=value2);break}if(code===BSLASH&&index<len){value2+=header[index++];continue}value2+=String.fromCharCode(code)}continue parameter}let valueStart=index;index=parseToken(header,index,len);let valueEnd=trailingOWS(header,valueStart,index),value=header.slice(valueStart,valueEnd);if(parameters[key]===void 0&&(parameters[key]=value,extended&&key.charCodeAt(key.length-1)===ASTERISK)){let normalizedKey=key.slice(0,-1),decoded=decodeExtended(value);decoded!==void 0&&(parameters[normalizedKey]=decoded)}continue parameter}index++}}return{type,parameters}}var ENCODE_URL_ATTR_CHAR_REGEXP=/[\x00-\x20"'()*,/:;<=>?@[\\\]{}\x7f]/g,NON_ASCII_REGEXP=/[^\x20-\x7e]/g,QUOTE_REGEXP=/[\\"]/g,INVALID_FILENAME_REGEXP=/%[0-9A-Fa-f]{2}/,TEXT_REGEXP=/^[\x20-\x7e\x80-\xff]*$/,ASCII_TEXT_REGEXP=/^[\x20-\x7e]*$/,TOKEN_REGEXP=/^[!#$%&'*+.0-9A-Z^_`a-z|~-]+$/;function createParameters(filename,fallback=!0){if(filename!==void 0){if(typeof fallback=="string"){if(!ASCII_TEXT_REGEXP.test(fallback))throw new TypeError("Fallback must be valid US-ASCII: "+fallback);return fallback===filename?{filename}:{filename:fallback,"filename*":encodeExtended(filename)}}return ASCII_TEXT_REGEXP.test(filename)&&!INVALID_FILENAME_REGEXP.test(filename)?{filename}:fallback===!1?{"filename*":encodeExtended(filename)}:{filename:getAscii(filename),"filename*":encodeExtended(filename)}}}function decodeExtended(str){let charsetEnd=str.indexOf("'");if(charsetEnd<=0)return;let languageEnd=str.indexOf("'",charsetEnd+1);if(languageEnd===-1)return;let charset=str.slice(0,charsetEnd).toLowerCase(),encoded=str.slice(languageEnd+1);switch(charset){case"iso-8859-1":return decodeHexEscapes(encoded);case"utf-8":case"utf8":return tryDecodeURIComponent(encoded)}}function tryDecodeURIComponent(str){try{return decodeURIComponent(str)}catch{return}}function parseToken(str,index,len){for(;index<len&&str.charCodeAt(index)!==SEMI;)index++;return index}function skipOWS(str,index,len){for(;index<len;){let char=str.charCodeAt(index);if(char!==SP&&char!==HTAB)break;index++}return index}function trailingOWS(str,start,end){for(;end>start;){let char=str.charCodeAt(end-1);if(char!==SP&&char!==HTAB)break;end--}return end}function format(obj,options){let{type,parameters}=obj,multipart=options?.multipart===!0,extended=options?.extended!==!1;if(!type||!TOKEN_REGEXP.test(type))throw new TypeError("Invalid type: "+type);let result=type;if(parameters)for(let param of Object.keys(parameters)){let value=parameters[param];if(!TOKEN_REGEXP.test(param))throw new TypeError("Invalid parameter name: "+param);if(multipart){result+="; "+param+"="+qmultipart(value);continue}if(TOKEN_REGEXP.test(value)){result+="; "+param+"="+value;continue}if(TEXT_REGEXP.test(value)){result+="; "+param+"="+qstring(value);continue}if(!extended)throw new TypeError("Invalid parameter value: "+value);result+="; "+param+"*="+encodeExtended(value)}return result}function getAscii(val){return val.replace(NON_ASCII_REGEXP,"?")}function pencode(char){return"%"+char.charCodeAt(0).toString(16).toUpperCase()}function qstring(str){return'"'+str.replace(QUOTE_REGEXP,"\\$&")+'"'}function qmultipart(str){return'"'+str.replace(/[\n\r"]/g,multipartEscape)+'"'}function multipartEscape(char){return char===`
`?"%0A":char==="\r"?"%0D":"%22"}function encodeExtended(str){return"UTF-8''"+encodeURIComponent(str).replace(ENCODE_URL_ATTR_CHAR_REGEXP,pencode)}function isHexDigit(char){let code=char.charCodeAt(0);return code>=48&&code<=57||code>=65&&code<=70||code>=97&&code<=102}function decodeHexEscapes(str){let firstEscape=str.indexOf("%");if(firstEscape===-1)return str;let result=str.slice(0,firstEscape);for(let idx=firstEscape;idx<str.length;idx++)str[idx]==="%"&&idx+2<str.length&&isHexDigit(str[idx+1])&&isHexDigit(str[idx+2])?(result+=String.fromCharCode(Number.parseInt(str[idx+1]+str[idx+2],16)),idx+=2):result+=str[idx];return result}}});var require_cookie_signature=__commonJS({"../../../target/express-bundle/node_modules/cookie-signature/index.js"(exports){var crypto=require_crypto();exports.sign=function(val,secret){if(typeof val!="string")throw new TypeError("Cookie value must be provided as a string.");if(secret==null)throw new TypeError("Secret key must be provided.");return val+"."+crypto.createHmac("sha256",secret).update(val).digest("base64").replace(/\=+$/,"")};exports.unsign=function(input,secret){if(typeof input!="string")throw new TypeError("Signed cookie string must be provided.");if(secret==null)throw new TypeError("Secret key must be provided.");var tentativeValue=input.slice(0,input.lastIndexOf(".")),expectedInput=exports.sign(tentativeValue,secret),expectedBuffer=Buffer.from(expectedInput),inputBuffer=Buffer.from(input);return expectedBuffer.length===inputBuffer.length&&crypto.timingSafeEqual(expectedBuffer,inputBuffer)?tentativeValue:!1}}});var require_send=__commonJS({"absent:send"(exports,module){module.exports=require_absent().send}});var require_vary=__commonJS({"../../../target/express-bundle/node_modules/vary/index.js"(exports,module){"use strict";module.exports=vary;module.exports.append=append;var FIELD_NAME_REGEXP=/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;function append(header,field){if(typeof header!="string")throw new TypeError("header argument is required");if(!field)throw new TypeError("field argument is required");for(var fields=Array.isArray(field)?field:parse(String(field)),j=0;j<fields.length;j++)if(!FIELD_NAME_REGEXP.test(fields[j]))throw new TypeError("field argument contains an invalid header name");if(header==="*")return header;var val=header,vals=parse(header.toLowerCase());if(fields.indexOf("*")!==-1||vals.indexOf("*")!==-1)return"*";for(var i=0;i<fields.length;i++){var fld=fields[i].toLowerCase();vals.indexOf(fld)===-1&&(vals.push(fld),val=val?val+", "+fields[i]:fields[i])}return val}function parse(header){for(var end=0,list=[],start=0,i=0,len=header.length;i<len;i++)switch(header.charCodeAt(i)){case 32:start===end&&(start=end=i+1);break;case 44:list.push(header.substring(start,end)),start=end=i+1;break;default:end=i+1;break}return list.push(header.substring(start,end)),list}function vary(res,field){if(!res||!res.getHeader||!res.setHeader)throw new TypeError("res argument is required");var val=res.getHeader("Vary")||"",header=Array.isArray(val)?val.join(", "):String(val);(val=append(header,field))&&res.setHeader("Vary",val)}}});var require_response=__commonJS({"../../../target/express-bundle/node_modules/express/lib/response.js"(exports,module){"use strict";var contentDisposition=require_dist2(),createError=require_http_errors(),deprecate=require_depd()("express"),encodeUrl=require_encodeurl(),escapeHtml=require_escape_html(),http=__require("node:http"),onFinished=require_on_finished(),mime=require_mime_types(),path=__require("node:path"),pathIsAbsolute=__require("node:path").isAbsolute,statuses=require_statuses(),sign=require_cookie_signature().sign,normalizeType=require_utils3().normalizeType,normalizeTypes=require_utils3().normalizeTypes,setCharset=require_utils3().setCharset,cookie=require_cookie(),send=require_send(),extname=path.extname,resolve=path.resolve,basename=path.basename,vary=require_vary(),{Buffer:Buffer2}=__require("node:buffer"),res=Object.create(http.ServerResponse.prototype);module.exports=res;res.status=function(code){if(!Number.isInteger(code))throw new TypeError(`Invalid status code: ${JSON.stringify(code)}. Status code must be an integer.`);if(code<100||code>999)throw new RangeError(`Invalid status code: ${JSON.stringify(code)}. Status code must be greater than 99 and less than 1000.`);return this.statusCode=code,this};res.links=function(links){var link=this.get("Link")||"";return link&&(link+=", "),this.set("Link",link+Object.keys(links).map(function(rel){return Array.isArray(links[rel])?links[rel].map(function(singleLink){return`<${singleLink}>; rel="${rel}"`}).join(", "):`<${links[rel]}>; rel="${rel}"`}).join(", "))};res.send=function(body){var chunk=body,encoding,req=this.req,app=this.app;switch(typeof chunk){case"string":encoding="utf8";let type=this.get("Content-Type");typeof type=="string"?this.set("Content-Type",setCharset(type,"utf-8")):this.type("html");break;case"boolean":case"number":case"object":if(chunk===null)chunk="";else if(ArrayBuffer.isView(chunk))this.get("Content-Type")||this.type("bin");else return this.json(chunk);break}var etagFn=app.get("etag fn"),generateETag=!this.get("ETag")&&typeof etagFn=="function",len;chunk!==void 0&&(Buffer2.isBuffer(chunk)?len=chunk.length:!generateETag&&chunk.length<1e3?len=Buffer2.byteLength(chunk,encoding):(chunk=Buffer2.from(chunk,encoding),encoding=void 0,len=chunk.length),this.get("Transfer-Encoding")||this.set("Content-Length",len));var etag;return generateETag&&len!==void 0&&(etag=etagFn(chunk,encoding))&&this.set("ETag",etag),req.fresh&&this.status(304),(this.statusCode===204||this.statusCode===304)&&(this.removeHeader("Content-Type"),this.removeHeader("Content-Length"),this.removeHeader("Transfer-Encoding"),chunk=""),this.statusCode===205&&(this.set("Content-Length","0"),this.removeHeader("Transfer-Encoding"),chunk=""),req.method==="HEAD"?this.end():this.end(chunk,encoding),this};res.json=function(obj){var app=this.app,escape2=app.get("json escape"),replacer=app.get("json replacer"),spaces=app.get("json spaces"),body=stringify(obj,replacer,spaces,escape2);return this.get("Content-Type")||this.set("Content-Type","application/json"),this.send(body)};res.jsonp=function(obj){var app=this.app,escape2=app.get("json escape"),replacer=app.get("json replacer"),spaces=app.get("json spaces"),body=stringify(obj,replacer,spaces,escape2),callback=this.req.query[app.get("jsonp callback name")];return this.get("Content-Type")||(this.set("X-Content-Type-Options","nosniff"),this.set("Content-Type","application/json")),Array.isArray(callback)&&(callback=callback[0]),typeof callback=="string"&&callback.length!==0&&(this.set("X-Content-Type-Options","nosniff"),this.set("Content-Type","text/javascript"),callback=callback.replace(/[^\[\]\w$.]/g,""),body===void 0?body="":typeof body=="string"&&(body=body.replace(/\u2028/g,"\\u2028").replace(/\u2029/g,"\\u2029")),body="/**/ typeof "+callback+" === 'function' && "+callback+"("+body+");"),this.send(body)};res.sendStatus=function(statusCode){var body=statuses.message[statusCode]||String(statusCode);return this.status(statusCode),this.type("txt"),this.send(body)};res.sendFile=function(path2,options,callback){var done=callback,req=this.req,res2=this,next=req.next,opts=options||{};if(!path2)throw new TypeError("path argument is required to res.sendFile");if(typeof path2!="string")throw new TypeError("path must be a string to res.sendFile");if(typeof options=="function"&&(done=options,opts={}),!opts.root&&!pathIsAbsolute(path2))throw new TypeError("path must be absolute or specify root to res.sendFile");var pathname=encodeURI(path2);opts.etag=this.app.enabled("etag");var file=send(req,pathname,opts);sendfile(res2,file,opts,function(err){if(done)return done(err);if(err&&err.code==="EISDIR")return next();err&&err.code!=="ECONNABORTED"&&err.syscall!=="write"&&next(err)})};res.download=function(path2,filename,options,callback){var done=callback,name=filename,opts=options||null;typeof filename=="function"?(done=filename,name=null,opts=null):typeof options=="function"&&(done=options,opts=null),typeof filename=="object"&&(typeof options=="function"||options===void 0)&&(name=null,opts=filename);var headers={"Content-Disposition":contentDisposition.create(basename(name||path2))};if(opts&&opts.headers)for(var keys=Object.keys(opts.headers),i=0;i<keys.length;i++){var key=keys[i];key.toLowerCase()!=="content-disposition"&&(headers[key]=opts.headers[key])}opts=Object.create(opts),opts.headers=headers;var fullPath=opts.root?path2:resolve(path2);return this.sendFile(fullPath,opts,done)};res.contentType=res.type=function(type){var ct=type.indexOf("/")===-1?mime.contentType(type)||"application/octet-stream":type;return this.set("Content-Type",ct)};res.format=function(obj){var req=this.req,next=req.next,keys=Object.keys(obj).filter(function(v){return v!=="default"}),key=keys.length>0?req.accepts(keys):!1;return this.vary("Accept"),key?(this.set("Content-Type",normalizeType(key).value),obj[key](req,this,next)):obj.default?obj.default(req,this,next):next(createError(406,{types:normalizeTypes(keys).map(function(o){return o.value})})),this};res.attachment=function(filename){let name=filename!==void 0?basename(filename):void 0;return name&&this.type(extname(name)),this.set("Content-Disposition",contentDisposition.create(name)),this};res.append=function(field,val){var prev=this.get(field),value=val;return prev&&(value=Array.isArray(prev)?prev.concat(val):Array.isArray(val)?[prev].concat(val):[prev,val]),this.set(field,value)};res.set=res.header=function(field,val){if(arguments.length===2){var value=Array.isArray(val)?val.map(String):String(val);if(field.toLowerCase()==="content-type"){if(Array.isArray(value))throw new TypeError("Content-Type cannot be set to an Array");value=mime.contentType(value)}this.setHeader(field,value)}else for(var key in field)this.set(key,field[key]);return this};res.get=function(field){return this.getHeader(field)};res.clearCookie=function(name,options){let opts={path:"/",...options,expires:new Date(1)};return delete opts.maxAge,this.cookie(name,"",opts)};res.cookie=function(name,value,options){var opts={...options},secret=this.req.secret,signed=opts.signed;if(signed&&!secret)throw new Error('cookieParser("secret") required for signed cookies');var val=typeof value=="object"?"j:"+JSON.stringify(value):String(value);if(signed&&(val="s:"+sign(val,secret)),opts.maxAge!=null){var maxAge=opts.maxAge-0;isNaN(maxAge)||(opts.expires=new Date(Date.now()+maxAge),opts.maxAge=Math.floor(maxAge/1e3))}return opts.path==null&&(opts.path="/"),this.append("Set-Cookie",cookie.serialize(name,String(val),opts)),this};res.location=function(url){return this.set("Location",encodeUrl(url))};res.redirect=function(url){var address=url,body,status=302;arguments.length===2&&(status=arguments[0],address=arguments[1]),address||deprecate("Provide a url argument"),typeof address!="string"&&deprecate("Url must be a string"),typeof status!="number"&&deprecate("Status must be a number"),address=this.location(address).get("Location"),this.format({text:function(){body=statuses.message[status]+". Redirecting to "+address},html:function(){var u=escapeHtml(address);body="<!DOCTYPE html><head><title>"+statuses.message[status]+"</title></head><body><p>"+statuses.message[status]+". Redirecting to "+u+"</p></body>"},default:function(){body=""}}),this.status(status),this.set("Content-Length",Buffer2.byteLength(body)),this.req.method==="HEAD"?this.end():this.end(body)};res.vary=function(field){return vary(this,field),this};res.render=function(view,options,callback){var app=this.req.app,done=callback,opts=options||{},req=this.req,self=this;typeof options=="function"&&(done=options,opts={}),opts._locals=self.locals,done=done||function(err,str){if(err)return req.next(err);self.send(str)},app.render(view,opts,done)};function sendfile(res2,file,options,callback){var done=!1,streaming;function onaborted(){if(!done){done=!0;var err=new Error("Request aborted");err.code="ECONNABORTED",callback(err)}}function ondirectory(){if(!done){done=!0;var err=new Error("EISDIR, read");err.code="EISDIR",callback(err)}}function onerror(err){done||(done=!0,callback(err))}function onend(){done||(done=!0,callback())}function onfile(){streaming=!1}function onfinish(err){if(err&&err.code==="ECONNRESET")return onaborted();if(err)return onerror(err);done||setImmediate(function(){if(streaming!==!1&&!done){onaborted();return}done||(done=!0,callback())})}function onstream(){streaming=!0}file.on("directory",ondirectory),file.on("end",onend),file.on("error",onerror),file.on("file",onfile),file.on("stream",onstream),onFinished(res2,onfinish),options.headers&&file.on("headers",function(res3){for(var obj=options.headers,keys=Object.keys(obj),i=0;i<keys.length;i++){var k=keys[i];res3.setHeader(k,obj[k])}}),file.pipe(res2)}function stringify(value,replacer,spaces,escape2){var json=replacer||spaces?JSON.stringify(value,replacer,spaces):JSON.stringify(value);return escape2&&typeof json=="string"&&(json=json.replace(/[<>&]/g,function(c){switch(c.charCodeAt(0)){case 60:return"\\u003c";case 62:return"\\u003e";case 38:return"\\u0026";default:return c}})),json}}});var require_files=__commonJS({"absent:files"(exports,module){module.exports=require_absent().files}});var require_express=__commonJS({"../../../target/express-bundle/node_modules/express/lib/express.js"(exports,module){"use strict";var bodyParser=require_body_parser(),EventEmitter=__require("node:events").EventEmitter,mixin=require_merge_descriptors(),proto=require_application(),Router=require_Router(),req=require_request(),res=require_response();exports=module.exports=createApplication;function createApplication(){var app=function(req2,res2,next){app.handle(req2,res2,next)};return mixin(app,EventEmitter.prototype,!1),mixin(app,proto,!1),app.request=Object.create(req,{app:{configurable:!0,enumerable:!0,writable:!0,value:app}}),app.response=Object.create(res,{app:{configurable:!0,enumerable:!0,writable:!0,value:app}}),app.init(),app}exports.application=proto;exports.request=req;exports.response=res;exports.Route=Router.Route;exports.Router=Router;exports.json=bodyParser.json;exports.raw=bodyParser.raw;exports.static=require_files();exports.text=bodyParser.text;exports.urlencoded=bodyParser.urlencoded}});var require_entry=__commonJS({"entry.cjs"(exports){exports.bodyParser=require_body_parser();exports.cookie=require_cookie();exports.express=require_express();exports.finalhandler=require_finalhandler()}});return require_entry();})();
return exports;
})();
