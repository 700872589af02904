(function(){(function(){"use strict";document.documentElement.className+=" js"})();})();
