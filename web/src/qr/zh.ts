export const zh = {
  title: "用手机打开",
  help: "用手机相机或微信扫一扫，打开当前页面。",
  unreachable: "手机打不开这个地址：服务器只在本机可用。启动时用 --listen 0.0.0.0:8080 让局域网可以访问，或用 --public-url 指明对外地址。",
  secret: "链接里有口令：得到它的人可以查看这件上报的进展。",
  address: "地址",
  copy: "复制",
  copied: "地址已复制",
  code: "当前页面地址的二维码",
  failed: "地址太长，不能生成二维码，请复制地址。",
};
